import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { type Item, itemsOf, itemsWithin } from "./batches.ts";
import { META_TYPES, metaPayload } from "./meta-samples.ts";
import { type Named, openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, joined, textAt } from "./payload.ts";
import type { HandshakeReply, Inbound, Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { HashedToken } from "./schemes/compare.ts";
import { presetHmac } from "./schemes/preset-hmac.ts";

const openMeta = (source: SourceSettings) =>
  presetHmac(source, { header: "x-hub-signature-256", prefix: "sha256=" });

/**
 * Meta: WhatsApp, Messenger, Instagram, pages and the other Graph webhooks. One request nests
 * `entry[]` → `changes[]` → `value.messages[]` and `value.statuses[]` (Messenger: `entry[]` →
 * `messaging[]`), and each innermost item is an event: a message must not be swallowed because the
 * status beside it is known already. A change without such lists is one event.
 * `event: { items: "/entry" }` gives whole entries instead, with everything around the messages.
 *
 * Connection: of WhatsApp the phone number that is written to, else the page or account (`entry.id`).
 * Type: object and field, e.g. `whatsapp_business_account.messages`, of a status `….statuses`.
 */
export const meta: Preset = {
  name: "meta",
  title: "Meta (WhatsApp, Messenger, Instagram, Graph)",
  source:
    "https://developers.facebook.com/docs/graph-api/webhooks/getting-started and whatsapp 1.0.0 (read 2026-11-22)",
  needs: needs({ secrets: "required", verifyToken: "required" }),
  guide: {
    verifies:
      "`X-Hub-Signature-256`: HMAC-SHA256 over the body. No time is signed. The challenge at setting up (GET with `hub.verify_token`) is answered when the token is `verifyToken`.",
    secretHelp:
      "`secrets`: the App Secret, under App settings, Basic. `verifyToken`: a text of your own choice, which you also paste beside the callback URL.",
    connection: "Of WhatsApp the phone number's id, else `entry.id` (page or account).",
    identity:
      "A message's `id`, a status's `id` and `status`, a Messenger message's `mid`; else the SHA-256 of the item.",
    retryWindow:
      "With decreasing frequency for up to 36 hours, of WhatsApp up to seven days. Third parties report that it waits 5 to 20 seconds for the answer.",
    recovery: "cannot be listed",
    provenBy: "own signer only",
  },
  bodyBytesMax: null,
  open: (source) => {
    const token = source.verifyToken === null ? null : new HashedToken(source.verifyToken);
    return {
      verify: openMeta(source).verify,
      handshake: (inbound) => (inbound.method === "GET" ? challenge(inbound, token) : null),
      split: openSplit(source.event, nameItem, (payload, inbound) => itemsIn(payload, inbound)),
      methods: ["GET"],
      acceptedStatus: 200,
    };
  },
  sampleTypes: META_TYPES,
  sample(type, at, id, source, url) {
    const payload = metaPayload(type, at, id);
    if (payload === null) return err(`${type} is no type of Meta's; try ${META_TYPES[0]}`);
    return signed(openMeta(source), { type, at, id, url }, jsonSample(payload));
  },
};

/** The innermost items, in the order of the body. */
function itemsIn(payload: unknown, inbound: Inbound): readonly Item[] | null {
  const entries = itemsOf(payload, ["entry"], inbound);
  if (entries === null) return null;
  return entries.flatMap((entry) => {
    const messaging = itemsWithin(entry, ["messaging"], inbound) ?? [];
    const changes = itemsWithin(entry, ["changes"], inbound) ?? [];
    const inner = [...messaging, ...changes.flatMap((change) => innermost(change, inbound))];
    return inner.length === 0 ? [entry] : inner;
  });
}

function innermost(change: Item, inbound: Inbound): readonly Item[] {
  const messages = itemsWithin(change, ["value", "messages"], inbound) ?? [];
  const statuses = itemsWithin(change, ["value", "statuses"], inbound) ?? [];
  const inner = [...messages, ...statuses];
  return inner.length === 0 ? [change] : inner;
}

function nameItem(item: unknown, _: Inbound, parents: readonly unknown[]): Named {
  const [payload, entry = item, change = item] = parents;
  const value = fieldOf(change, "value");
  const status = parents.length === 3 ? textAt(item, "status") : null;
  const object = textAt(payload ?? item, "object");
  const field = status === null ? fieldName(item, change) : "statuses";
  return {
    id: idOf(item, parents.length, status),
    type: object !== null && field !== null ? `${object}.${field}` : object,
    connection: textAt(value, "metadata", "phone_number_id") ?? textAt(entry, "id"),
    occurredAt: textAt(item, "timestamp") ?? fieldOf(entry, "time"),
  };
}

/** What changed; of Messenger, what kind of thing happened in the conversation. */
function fieldName(item: unknown, change: unknown): string | null {
  const kinds = ["message", "postback", "delivery", "read", "reaction", "referral", "optin"];
  return textAt(change, "field") ?? kinds.find((kind) => fieldOf(item, kind) !== undefined) ?? null;
}

function idOf(item: unknown, depth: number, status: string | null): string | null {
  if (depth === 3) return status === null ? textAt(item, "id") : joined(textAt(item, "id"), status);
  return textAt(item, "message", "mid") ?? textAt(item, "postback", "mid");
}

const CHALLENGE = /^[\w.~+/=-]{1,512}$/;

/** Graph asks once, when the URL is entered; a wrong token is told as such. */
function challenge(inbound: Inbound, token: HashedToken | null): HandshakeReply {
  const query = new URL(inbound.url, "http://localhost").searchParams;
  const echoed = query.get("hub.challenge") ?? "";
  const right =
    query.get("hub.mode") === "subscribe" &&
    token?.matches(query.get("hub.verify_token") ?? "") === true;
  if (right && CHALLENGE.test(echoed)) {
    return { status: 200, headers: PLAIN, body: echoed };
  }
  return {
    status: 401,
    headers: { "content-type": "application/problem+json" },
    body: JSON.stringify(WRONG_TOKEN),
  };
}

const PLAIN = {
  "content-type": "text/plain; charset=utf-8",
  "x-content-type-options": "nosniff",
};
const WRONG_TOKEN = {
  type: "about:blank",
  title: "Signature mismatch",
  status: 401,
  detail: "This is no challenge of Meta's with the source's verifyToken.",
  code: "signature_mismatch",
};

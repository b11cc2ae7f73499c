import { err, ok } from "../base/result.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, textAt } from "./payload.ts";
import type { Inbound, Preset } from "./provider.ts";
import { jsonSample } from "./sample.ts";
import { anyEqual, encoded, type HmacKey, hmacKeys } from "./schemes/hmac.ts";
import { failed, type Verify } from "./schemes/scheme.ts";
import { checkAge } from "./schemes/tolerance.ts";

/**
 * Mailgun tries for eight hours. Nobody says whether a retry is signed anew, so that a signature is
 * good for that long and a little more.
 */
const TOLERANCE_S = 9 * 3600;

/**
 * Mailgun: events as JSON, and routed mails as forms. The signature is inside the body and covers only
 * a time and a token: who has seen one request can send others until it is too old. (Keep the URL to
 * yourself, and read the event from the Events API where it matters.)
 *
 * Connection: the domain. Its documents could be read through third parties only.
 */
export const mailgun: Preset = {
  name: "mailgun",
  title: "Mailgun",
  source:
    "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks (through third parties; read 2026-11-22)",
  needs: needs({ secrets: "required" }),
  guide: {
    verifies:
      "`signature` in the body: HMAC-SHA256 over `<timestamp><token>`, at most nine hours old or ahead. **The rest of the body is not signed.**",
    secretHelp: "The HTTP webhook signing key, under API Security. A subaccount has its own.",
    connection:
      "The recipient's domain of sending (`event-data.domain.name`), else the domain of the mail's id.",
    identity: "`event-data.id`; of routed mails `Message-Id`, else the signature's token.",
    retryWindow:
      "Eight hours: after 5, 10, 15 minutes, 1, 2 and 4 hours. A 406 would stop it, which is never answered.",
    recovery: "can be listed: the Events API of the domain, for as long as the plan keeps them",
    provenBy: "own signer only",
  },
  bodyBytesMax: 25 * 2 ** 20,
  open: ({ secrets, event }) => ({
    verify: verifyMailgun(keysOf(secrets)),
    split: openSplit(event, (payload) => {
      const details = fieldOf(payload, "event-data");
      return {
        id: textAt(details, "id") ?? textAt(payload, "Message-Id") ?? textAt(payload, "token"),
        type: textAt(details, "event") ?? (details === undefined ? "mail" : null),
        connection: domainOf(payload),
        occurredAt: fieldOf(details, "timestamp") ?? fieldOf(payload, "timestamp"),
      };
    }),
    methods: [],
    acceptedStatus: 200,
  }),
  sampleTypes: ["delivered", "opened", "clicked", "failed", "complained", "unsubscribed"],
  sample(type, at, id, { secrets }) {
    if (!/^[a-z_]+$/.test(type)) return err(`${type} is no event of Mailgun's; try delivered`);
    const key = keysOf(secrets)[0];
    if (key === undefined) return err("The source has no secret to sign with.");
    const timestamp = String(Math.floor(at / 1000));
    const token = Bun.SHA256.hash(id, "hex").slice(0, 50);
    const signature = key
      .start()
      .update(timestamp + token)
      .digest("hex");
    const message = { headers: { "message-id": "20261122120000.1.SAMPLE@mg.example.com" } };
    const details = {
      id,
      event: type,
      timestamp: at / 1000,
      recipient: "ada@example.com",
      message,
    };
    return ok(
      jsonSample({
        signature: { timestamp, token, signature },
        "event-data": { ...details, domain: { name: "mg.example.com" } },
      }),
    );
  },
};

const keysOf = (secrets: readonly string[]): readonly HmacKey[] =>
  secrets.flatMap((secret) => hmacKeys("sha256", Buffer.from(secret), secret));

function verifyMailgun(keys: readonly HmacKey[]): Verify {
  return (inbound) => {
    const found = signatureIn(inbound);
    if (found === null) {
      return failed(
        "signature_missing",
        "The body has no signature with timestamp, token and signature.",
      );
    }
    const { timestamp, token, signature } = found;
    for (const key of keys) {
      const hasher = key.start().update(timestamp + token);
      if (!anyEqual(encoded(hasher, "hex"), [signature.toLowerCase()])) continue;
      const faulty = checkAge(timestamp, "s", TOLERANCE_S, inbound.receivedAt);
      return faulty === null
        ? ok({ scheme: "mailgun", fingerprint: key.fingerprint })
        : err(faulty);
    }
    return failed(
      "signature_mismatch",
      "The body's signature was not made over its timestamp and token with a known key.",
    );
  };
}

const NUMBER = /^\d{1,15}$/;

/** Of a form the three stand beside the other fields. A time that is no number could move into the token. */
function signatureIn(inbound: Inbound) {
  const parsed = inbound.parsed();
  if (!parsed.ok) return null;
  const nested = fieldOf(parsed.value, "signature");
  const from = typeof nested === "object" ? nested : parsed.value;
  const timestamp = textAt(from, "timestamp");
  const token = textAt(from, "token");
  const signature = textAt(from, "signature");
  if (timestamp === null || token === null || signature === null) return null;
  return NUMBER.test(timestamp) ? { timestamp, token, signature } : null;
}

function domainOf(payload: unknown): string | null {
  const details = fieldOf(payload, "event-data");
  const messageId =
    textAt(details, "message", "headers", "message-id") ?? textAt(payload, "Message-Id") ?? "";
  const domain = /@([^@>\s]{1,255})>?$/.exec(messageId)?.[1] ?? null;
  return textAt(details, "domain", "name") ?? textAt(payload, "domain") ?? domain;
}

import type { Millis } from "../base/clock.ts";
import { err, ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { batchAt } from "./batches.ts";
import { openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { sampleKey } from "./sample-key.ts";
import { openScheme } from "./schemes/open.ts";
import { openSignature } from "./schemes/signature.ts";

const SIGNATURE = "x-twilio-email-event-webhook-signature";
const STAMP = "x-twilio-email-event-webhook-timestamp";

/** The timestamp is signed, but no age is too old: the library knows none, and retries go on for a day. */
const openKeys = (publicKeys: readonly string[]) =>
  openSignature({
    scheme: "ecdsa",
    curve: "P-256",
    hash: "sha256",
    format: "der",
    encoding: "base64",
    header: SIGNATURE,
    prefix: "",
    signed: `{header:${STAMP}}{body}`,
    timestamp: null,
    publicKeys,
  });

const TYPES = ["delivered", "bounce", "open", "click", "dropped", "spamreport", "unsubscribe"];

/**
 * SendGrid's Event Webhook: always a batch, each event by itself. Connection, unless `event.connection`
 * says otherwise: the message, without what differs per server that it passed (`sg_message_id` up to its
 * first dot), so that delivered, opened and clicked stay in order. Instead of the signature, which is
 * off by default at SendGrid, `verify` may ask for its OAuth 2.0 token.
 */
export const sendgrid: Preset = {
  name: "sendgrid",
  title: "SendGrid Event Webhook",
  source:
    "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features and @sendgrid/eventwebhook 8.0.0 (read 2026-11-22)",
  needs: {
    secrets: "unused",
    publicKey: "required",
    verifyToken: "unused",
    credentials: "unused",
    apiKey: "unused",
    verify: "optional",
    event: "optional",
  },
  guide: {
    verifies:
      "`X-Twilio-Email-Event-Webhook-Signature`: ECDSA (P-256, SHA-256) over the timestamp and the body. No age is too old, as in SendGrid's own library.",
    secretHelp:
      'Settings, Mail Settings, Event Webhook: switch on Signature Verification, and paste the verification key into `publicKey`. With OAuth instead: `verify: { scheme: "oauth2", … }`.',
    connection: "The message: `sg_message_id` up to its first dot.",
    identity: "`sg_event_id`, which retries repeat.",
    retryWindow: "Up to 24 hours.",
    recovery: "cannot be listed",
    provenBy: "vendor's verifier @sendgrid/eventwebhook",
  },
  bodyBytesMax: null,
  fetchesKeys: true,
  open: (source, { keys }) => ({
    verify:
      source.verify === null
        ? openKeys(source.publicKey === null ? [] : [source.publicKey]).verify
        : openScheme(source.verify, { secrets: source.secrets, keys, scope: source.name }).verify,
    split: openSplit(
      source.event,
      (payload) => ({
        id: fieldOf(payload, "sg_event_id"),
        type: fieldOf(payload, "event"),
        connection: messageOf(payload),
        occurredAt: fieldOf(payload, "timestamp"),
      }),
      batchAt(),
    ),
    methods: [],
    acceptedStatus: 202,
  }),
  sampleTypes: TYPES,
  sample(type, at, id, source, url) {
    if (!TYPES.includes(type)) return err(`${type} is no type of SendGrid's; try ${TYPES[0]}`);
    const scheme = sampleScheme(source);
    if (!scheme.ok) return scheme;
    const unsigned = jsonSample([payloadOf(type, at, id)], { [STAMP]: stampOf(at) });
    return signed(scheme.value, { type, at, id, url }, unsigned);
  },
};

const stampOf = (at: Millis): string => String(Math.floor(at / 1000));

function sampleScheme(source: SourceSettings) {
  const key = sampleKey(source, "P-256");
  return key.ok
    ? ok(openKeys([key.value.export({ format: "pem", type: "pkcs8" }).toString()]))
    : key;
}

function messageOf(payload: unknown): unknown {
  const id = fieldOf(payload, "sg_message_id");
  return typeof id === "string" ? id.split(".", 1)[0] : fieldOf(payload, "email");
}

const payloadOf = (type: string, at: Millis, id: string): object => ({
  email: "ada@example.com",
  timestamp: Math.floor(at / 1000),
  "smtp-id": "<sample@geopod-ismtpd-1>",
  event: type,
  category: ["sample"],
  sg_event_id: id,
  sg_message_id: "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
  ...(type === "bounce" ? { reason: "500 unknown recipient", status: "5.0.0" } : {}),
  ...(type === "click" ? { url: "https://example.com/", useragent: "Mozilla/5.0" } : {}),
});

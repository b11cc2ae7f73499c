import { err, ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { stripeRecovery } from "./recovery/stripe.ts";
import { jsonSample, signed } from "./sample.ts";
import { anyEqual, encoded, type HmacKey, hmacKeys } from "./schemes/hmac.ts";
import { failed, type Scheme, type Verify } from "./schemes/scheme.ts";
import { checkAge } from "./schemes/tolerance.ts";
import { STRIPE_TYPES, stripePayload } from "./stripe-samples.ts";

/** The official library's default. It refuses only what is too old; here the future is bounded alike. */
const TOLERANCE_S = 300;
const FIELDS_MAX = 32;

/**
 * Stripe: snapshot events and thin (v2) events.
 *
 * Connection, unless `event.connection` says otherwise: with Connect the `account`; on one's own account
 * the customer that the object belongs to, else the object itself. So everything about one customer stays
 * in order, and customers do not wait for each other. (`event: { connection: "/account" }` would put all
 * of one's own account's events outside any order.)
 */
export const stripe: Preset = {
  name: "stripe",
  title: "Stripe",
  source:
    "https://docs.stripe.com/webhooks and stripe-node 23.1.0, src/Webhooks.ts (read 2026-10-29)",
  needs: {
    secrets: "required",
    publicKey: "unused",
    verifyToken: "unused",
    credentials: "unused",
    apiKey: "optional",
    verify: "unused",
    event: "optional",
  },
  guide: {
    verifies:
      "`Stripe-Signature`: HMAC-SHA256 over `<timestamp>.<body>`; at most five minutes old or ahead.",
    secretHelp:
      "The signing secret (`whsec_…`) that the Dashboard shows for the endpoint, under Developers, Webhooks. Each endpoint has its own, and `stripe listen` another.",
    connection:
      "With Connect the `account`; otherwise the customer that the object belongs to, else the object itself.",
    identity: "`id` (`evt_…`).",
    retryWindow: "Up to three days in live mode; three times within a few hours in a sandbox.",
    recovery:
      'can be listed: List Events, back to 30 days, of the types that the endpoint is subscribed to; with `apiKey` (restricted: read Events and Webhook Endpoints). With Connect, `event: { connection: "/account" }` lists all connected accounts. Thin (v2) events are not in it.',
    provenBy: "vendor's signer stripe",
  },
  bodyBytesMax: null,
  open: (source) => ({
    verify: openStripe(source).verify,
    split: openSplit(source.event, (payload) => ({
      id: fieldOf(payload, "id"),
      type: fieldOf(payload, "type"),
      connection: connectionOf(payload),
      occurredAt: fieldOf(payload, "created"),
    })),
    methods: [],
    acceptedStatus: 202,
  }),
  recovery: stripeRecovery,
  sampleTypes: STRIPE_TYPES,
  sample(type, at, id, source, url) {
    const payload = stripePayload(type, at, id);
    if (payload === null) return err(`${type} is no type of Stripe's; try ${STRIPE_TYPES[0]}`);
    return signed(openStripe(source), { type, at, id, url }, jsonSample(payload));
  },
};

function connectionOf(payload: unknown): unknown {
  const account = fieldOf(payload, "account") ?? fieldOf(payload, "context");
  if (account !== undefined && account !== null) return account;
  const object = fieldOf(fieldOf(payload, "data"), "object");
  if (object === undefined) return fieldOf(fieldOf(payload, "related_object"), "id");
  if (fieldOf(object, "object") === "customer") return fieldOf(object, "id");
  const customer = fieldOf(object, "customer");
  return (
    (typeof customer === "string" ? customer : fieldOf(customer, "id")) ?? fieldOf(object, "id")
  );
}

/** The whole text `whsec_…` is the key: unlike Standard Webhooks' it is not base 64. */
function openStripe(source: SourceSettings): Scheme {
  const keys = source.secrets.flatMap((secret) => hmacKeys("sha256", Buffer.from(secret), secret));
  return {
    verify: verifyStripe(keys),
    sign({ at, body }) {
      const key = keys[0];
      if (key === undefined) return err("The source has no secret to sign with.");
      const stamp = String(Math.floor(at / 1000));
      const signature = key.start().update(`${stamp}.`).update(body).digest("hex");
      return ok({ "stripe-signature": `t=${stamp},v1=${signature}` });
    },
  };
}

function verifyStripe(keys: readonly HmacKey[]): Verify {
  return (inbound) => {
    const header = inbound.header("stripe-signature");
    if (!header) return failed("signature_missing", "stripe-signature is absent.");
    const { stamp, signatures } = fieldsOf(header);
    if (stamp === null || signatures.length === 0) {
      return failed("signature_mismatch", "stripe-signature is not of the form t=…,v1=….");
    }
    for (const key of keys) {
      const hasher = key.start().update(`${stamp}.`).update(inbound.body);
      if (!anyEqual(encoded(hasher, "hex"), signatures)) continue;
      const faulty = checkAge(stamp, "s", TOLERANCE_S, inbound.receivedAt);
      return faulty === null ? ok({ scheme: "stripe", fingerprint: key.fingerprint }) : err(faulty);
    }
    return failed(
      "signature_mismatch",
      "No v1 signature was made over these bytes with a known secret; each endpoint has its own.",
    );
  };
}

/** `t=…,v1=…,v1=…,v0=…`: v0 is a test scheme that proves nothing. */
function fieldsOf(header: string): { stamp: string | null; signatures: readonly string[] } {
  let stamp: string | null = null;
  const signatures: string[] = [];
  for (const field of header.split(",", FIELDS_MAX)) {
    const text = field.trim();
    if (text.startsWith("t=")) stamp = text.slice(2);
    else if (text.startsWith("v1=")) signatures.push(text.slice(3).toLowerCase());
  }
  return { stamp, signatures };
}

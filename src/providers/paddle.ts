import { err, ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, textAt } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { paddleRecovery } from "./recovery/paddle.ts";
import { jsonSample, signed } from "./sample.ts";
import { anyEqual, encoded, type HmacKey, hmacKeys } from "./schemes/hmac.ts";
import { failed, type Scheme, type Verify } from "./schemes/scheme.ts";
import { checkAge } from "./schemes/tolerance.ts";

/**
 * Paddle's library allows five seconds, one way. A clock that is six seconds wrong would then lose
 * everything; and a repeated request is recognised by its event id anyway, so that five minutes give
 * nothing away.
 */
const TOLERANCE_S = 300;
const FIELDS_MAX = 32;

/**
 * Paddle Billing. While a secret is exchanged the header holds several `h1`: any may match. (Paddle's
 * own library looks at the last only.)
 *
 * Connection: the customer, else the object itself.
 */
export const paddle: Preset = {
  name: "paddle",
  title: "Paddle",
  source:
    "https://developer.paddle.com/webhooks/signature-verification and @paddle/paddle-node-sdk 3.10.0 (read 2026-08-07)",
  needs: needs({ secrets: "required", apiKey: "optional" }),
  guide: {
    verifies:
      "`Paddle-Signature`: HMAC-SHA256 over `<timestamp>:<body>`; at most five minutes old or ahead.",
    secretHelp:
      "The secret key (`pdl_ntfset_…`) of the notification destination, under Developer Tools, Notifications.",
    connection: "The customer (`data.customer_id`), else the object (`data.id`).",
    identity: "`event_id` (`evt_…`).",
    retryWindow:
      "Sixty times within three days in live mode, three times within 15 minutes in the sandbox. It waits five seconds for the answer.",
    recovery:
      'can be listed: Events, back to 90 days, of the types that the destination is subscribed to; with `apiKey` (notification.read, notification_setting.read). Sandbox: `baseUrl: "https://sandbox-api.paddle.com"`.',
    provenBy: "vendor's verifier @paddle/paddle-node-sdk",
  },
  bodyBytesMax: null,
  open: (source) => ({
    verify: openPaddle(source).verify,
    split: openSplit(source.event, (payload) => ({
      id: fieldOf(payload, "event_id"),
      type: fieldOf(payload, "event_type"),
      connection: textAt(payload, "data", "customer_id") ?? textAt(payload, "data", "id"),
      occurredAt: fieldOf(payload, "occurred_at"),
    })),
    methods: [],
    acceptedStatus: 200,
  }),
  recovery: paddleRecovery,
  sampleTypes: [
    "transaction.completed",
    "transaction.paid",
    "subscription.created",
    "subscription.canceled",
    "customer.created",
  ],
  sample(type, at, id, source, url) {
    if (!/^[a-z_]+\.[a-z_]+$/.test(type))
      return err(`${type} is no type of Paddle's; try transaction.completed`);
    const time = new Date(at).toISOString();
    const kind = type.split(".")[0] ?? type;
    const payload = {
      event_id: id,
      event_type: type,
      occurred_at: time,
      notification_id: `ntf_${id}`,
      data: {
        id: `${kind.slice(0, 3)}_sample`,
        customer_id: "ctm_sample",
        status: "completed",
        created_at: time,
      },
    };
    return signed(openPaddle(source), { type, at, id, url }, jsonSample(payload));
  },
};

function openPaddle(source: SourceSettings): Scheme {
  const keys = source.secrets.flatMap((secret) => hmacKeys("sha256", Buffer.from(secret), secret));
  return {
    verify: verifyPaddle(keys),
    sign({ at, body }) {
      const key = keys[0];
      if (key === undefined) return err("The source has no secret to sign with.");
      const stamp = String(Math.floor(at / 1000));
      const signature = key.start().update(`${stamp}:`).update(body).digest("hex");
      return ok({ "paddle-signature": `ts=${stamp};h1=${signature}` });
    },
  };
}

function verifyPaddle(keys: readonly HmacKey[]): Verify {
  return (inbound) => {
    const header = inbound.header("paddle-signature");
    if (!header) return failed("signature_missing", "paddle-signature is absent.");
    const { stamp, signatures } = fieldsOf(header);
    if (stamp === null || signatures.length === 0) {
      return failed("signature_mismatch", "paddle-signature is not of the form ts=…;h1=….");
    }
    for (const key of keys) {
      const hasher = key.start().update(`${stamp}:`).update(inbound.body);
      if (!anyEqual(encoded(hasher, "hex"), signatures)) continue;
      const faulty = checkAge(stamp, "s", TOLERANCE_S, inbound.receivedAt);
      return faulty === null ? ok({ scheme: "paddle", fingerprint: key.fingerprint }) : err(faulty);
    }
    return failed(
      "signature_mismatch",
      "No h1 was made over these bytes with a known secret; each destination has its own.",
    );
  };
}

function fieldsOf(header: string): { stamp: string | null; signatures: readonly string[] } {
  let stamp: string | null = null;
  const signatures: string[] = [];
  for (const field of header.split(/[;,]/, FIELDS_MAX)) {
    const text = field.trim();
    if (text.startsWith("ts=")) stamp = text.slice(3);
    else if (text.startsWith("h1=")) signatures.push(text.slice(3).toLowerCase());
  }
  return { stamp, signatures };
}

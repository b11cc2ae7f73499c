import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, textAt } from "./payload.ts";
import type { HandshakeReply, Inbound, Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { fingerprintOf } from "./schemes/compare.ts";
import { fiveMinutes, presetHmac } from "./schemes/preset-hmac.ts";
import type { Scheme } from "./schemes/scheme.ts";

const STAMP = "x-zm-request-timestamp";

const openZoom = (source: SourceSettings): Scheme =>
  presetHmac(source, {
    header: "x-zm-signature",
    prefix: "v0=",
    signed: `v0:{header:${STAMP}}:{body}`,
    // Zoom names no tolerance.
    timestamp: fiveMinutes(STAMP),
  });

/**
 * Zoom: it asks every 72 hours whether the URL is still ours. The question is signed, and is answered
 * with the secret that signed it, so that a secret can be exchanged meanwhile.
 *
 * There is no event id: an event is known by its bytes. Connection: the meeting, webinar or whatever
 * else the event is about, else the account.
 */
export const zoom: Preset = {
  name: "zoom",
  title: "Zoom",
  source: "https://developers.zoom.us/docs/api/webhooks/ and zoom/webhook-sample (read 2026-11-22)",
  needs: needs({ secrets: "required" }),
  guide: {
    verifies:
      "`x-zm-signature`: HMAC-SHA256 over `v0:<timestamp>:<body>`; at most five minutes old or ahead. The validation of the URL is answered once its signature is right, also when it is repeated.",
    secretHelp:
      "The app's Secret Token, on its page in the Zoom App Marketplace under Features, Access.",
    connection: "The object's id (`payload.object.id`, of a meeting its number), else the account.",
    identity: "The SHA-256 of the body: Zoom gives no id.",
    retryWindow: "Three times: after 5, 20 and 60 minutes. It waits three seconds for the answer.",
    recovery: "cannot be listed; meetings and reports can be read through the REST API",
    provenBy: "own signer only",
  },
  bodyBytesMax: null,
  open: (source) => {
    const { verify } = openZoom(source);
    return {
      verify,
      handshake: (inbound) => {
        const token = plainTokenOf(inbound);
        const proof = token === null ? null : verify(inbound);
        if (token === null || !proof?.ok) return null;
        const signer = source.secrets.find((one) => fingerprintOf(one) === proof.value.fingerprint);
        return signer === undefined ? null : validated(token, signer);
      },
      split: openSplit(source.event, (payload) => {
        const subject = fieldOf(payload, "payload");
        return {
          type: fieldOf(payload, "event"),
          connection:
            textAt(subject, "object", "id") ??
            textAt(subject, "object", "uuid") ??
            textAt(subject, "account_id"),
          occurredAt: fieldOf(payload, "event_ts"),
        };
      }),
      methods: [],
      acceptedStatus: 200,
    };
  },
  sampleTypes: [
    "meeting.started",
    "meeting.ended",
    "meeting.participant_joined",
    "recording.completed",
    "user.created",
  ],
  sample(type, at, id, source, url) {
    if (!/^[a-z_]+\.[a-z_]+$/.test(type))
      return err(`${type} is no event of Zoom's; try meeting.started`);
    const object = {
      id: "1234567890",
      uuid: id,
      host_id: "x1yCzABCDEfg23HiJKl4mN",
      topic: "A sample",
      start_time: new Date(at).toISOString(),
    };
    const payload = { event: type, event_ts: at, payload: { account_id: "AAAAAABBBB", object } };
    return signed(openZoom(source), { type, at, id, url }, jsonSample(payload));
  },
};

const CHALLENGE_BYTES_MAX = 4_096;

function plainTokenOf(inbound: Inbound): string | null {
  if (inbound.body.length > CHALLENGE_BYTES_MAX) return null;
  const parsed = inbound.parsed();
  if (!parsed.ok || fieldOf(parsed.value, "event") !== "endpoint.url_validation") return null;
  return textAt(parsed.value, "payload", "plainToken");
}

function validated(plainToken: string, secret: string): HandshakeReply {
  const encryptedToken = new Bun.CryptoHasher("sha256", secret).update(plainToken).digest("hex");
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ plainToken, encryptedToken }),
  };
}

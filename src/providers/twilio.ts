import { err } from "../base/result.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { joined, textAt } from "./payload.ts";
import type { Inbound, Preset, Sample } from "./provider.ts";
import { signed } from "./sample.ts";
import { openTwilio } from "./schemes/twilio.ts";

/**
 * Twilio: messages, calls and their status callbacks, which come as forms. It signs the URL with the
 * fields, so that `publicUrl` has to be what Twilio calls. A request that is no form has to carry the
 * body's hash in its URL (`bodySHA256`), as Twilio's does: else the signature says nothing of the body.
 *
 * The answer is empty: Twilio would read a body as TwiML.
 * Connection: the message or call. Type: `message.<status>` or `call.<status>`.
 */
export const twilio: Preset = {
  name: "twilio",
  title: "Twilio",
  source:
    "https://www.twilio.com/docs/usage/webhooks/webhooks-security and twilio 6.2.0 (read 2026-10-12)",
  needs: needs({ secrets: "required" }),
  guide: {
    verifies:
      "`X-Twilio-Signature`: HMAC-SHA1 over the URL and all fields, in base 64; of other bodies over the URL with the body's SHA-256 in it. `publicUrl` has to be what Twilio calls; with or without the standard port is the same. No time is signed.",
    secretHelp: "The account's Auth Token (primary or secondary), on the Console's front page.",
    connection: "The message (`MessageSid`) or call (`CallSid`), else the account.",
    identity:
      "The header `I-Twilio-Idempotency-Token`, which a retry repeats; else a message's id and status; else the SHA-256 of the body.",
    retryWindow:
      "Once, and only if no connection could be made. More can be asked for at the end of the URL, e.g. `#rc=5&rp=all`. It waits up to 15 seconds.",
    recovery: "cannot be listed; messages and calls can be read through the REST API",
    provenBy: "vendor's signer twilio",
  },
  signsUrl: true,
  bodyBytesMax: null,
  open: (source) => ({
    verify: openTwilio(source.secrets).verify,
    split: openSplit(source.event, (payload, inbound) => ({
      id: idOf(payload, inbound),
      type: typeOf(payload),
      connection: sidOf(payload) ?? textAt(payload, "AccountSid"),
      sequence: textAt(payload, "SequenceNumber"),
    })),
    methods: [],
    acceptedStatus: 204,
  }),
  sampleTypes: [
    "message.received",
    "message.sent",
    "message.delivered",
    "call.ringing",
    "call.completed",
  ],
  sample(type, at, id, source, url) {
    const match = /^(message|call)\.([a-z-]+)$/.exec(type);
    if (match === null) return err(`${type} is no type of Twilio's; try message.received`);
    const [, kind, status = ""] = match;
    const both = { AccountSid: `AC${"0".repeat(32)}`, From: "+15017122661", To: "+15558675310" };
    const own =
      kind === "call"
        ? { CallSid: `CA${"1".repeat(32)}`, CallStatus: status }
        : { MessageSid: `SM${"2".repeat(32)}`, MessageStatus: status, Body: "Hello, 1 & 2" };
    const unsigned: Sample = {
      method: "POST",
      query: "",
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "i-twilio-idempotency-token": id,
      },
      body: Buffer.from(new URLSearchParams({ ...both, ...own }).toString()),
    };
    return signed(openTwilio(source.secrets), { type, at, id, url }, unsigned);
  },
};

const messageOf = (payload: unknown): string | null =>
  textAt(payload, "MessageSid") ?? textAt(payload, "SmsSid");

const statusOf = (payload: unknown): string | null =>
  textAt(payload, "MessageStatus") ?? textAt(payload, "SmsStatus");

const sidOf = (payload: unknown): string | null =>
  messageOf(payload) ?? textAt(payload, "CallSid") ?? textAt(payload, "ConversationSid");

/** A call asks many times with the same id and status: of calls, those two name nothing. */
const idOf = (payload: unknown, inbound: Inbound): string | null =>
  inbound.header("i-twilio-idempotency-token") ?? joined(messageOf(payload), statusOf(payload));

function typeOf(payload: unknown): string | null {
  if (messageOf(payload) !== null) return `message.${statusOf(payload) ?? "received"}`;
  const call = textAt(payload, "CallStatus");
  return call === null ? textAt(payload, "EventType") : `call.${call}`;
}

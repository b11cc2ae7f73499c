import { parseMedia } from "../base/media.ts";
import type { Result } from "../base/result.ts";
import { fieldOf } from "./payload.ts";
import type { Inbound, MalformedBody } from "./provider.ts";

/** Amazon's own hosts for it; a `.cn` follows in China. */
export const SNS_HOST = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?$/;

const FIELDS = [
  "Message",
  "MessageId",
  "Subject",
  "SubscribeURL",
  "Timestamp",
  "Token",
  "TopicArn",
  "Type",
  "Signature",
  "SignatureVersion",
  "SigningCertURL",
] as const;

export type SnsMessage = Readonly<Record<(typeof FIELDS)[number], string | undefined>>;

const PARSED = new WeakMap<Uint8Array, Result<unknown, MalformedBody>>();

/** SNS says `text/plain` and sends JSON. */
export function asJson(inbound: Inbound): Inbound {
  const { method, url, publicUrl, body, peer, receivedAt } = inbound;
  const mediaType = "application/json";
  const header = (name: string): string | null => inbound.header(name);
  const parsed = (): Result<unknown, MalformedBody> => parsedOnce(body);
  return { method, url, publicUrl, header, body, mediaType, peer, receivedAt, parsed };
}

/** Handshake, verification and split each read the message: it is parsed once, and forgotten with its bytes. */
function parsedOnce(body: Uint8Array): Result<unknown, MalformedBody> {
  const before = PARSED.get(body);
  if (before !== undefined) return before;
  const parsed = parseMedia(body, "application/json");
  PARSED.set(body, parsed);
  return parsed;
}

/** The message's texts; what is no text is absent. `null`: it is no message at all. */
export function fieldsOf({ body }: Inbound): SnsMessage | null {
  const parsed = parsedOnce(body);
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return null;
  const message: Partial<Record<(typeof FIELDS)[number], string>> = {};
  for (const field of FIELDS) {
    const value = fieldOf(parsed.value, field);
    if (typeof value === "string") message[field] = value;
  }
  return message as SnsMessage;
}

/**
 * What may be signed: name and value of these fields, if present, a line each. Of an ended subscription
 * Amazon's page signs the token as well and its own validator does not: either will do.
 */
export function signedTexts(message: SnsMessage): readonly string[] {
  if (message.Type === "SubscriptionConfirmation") return [linesOf(message, true)];
  const without = linesOf(message, false);
  return message.Type === "Notification" ? [without] : [linesOf(message, true), without];
}

function linesOf(message: SnsMessage, token: boolean): string {
  const fields = FIELDS.slice(0, FIELDS.indexOf("Signature"));
  return fields
    .filter((field) => field !== "Token" || token)
    .flatMap((field) => (message[field] === undefined ? [] : [field, "\n", message[field], "\n"]))
    .join("");
}

/** Whether it confirms this topic at Amazon, and is nothing else that an address could be made to do. */
export function isSubscribeUrl(message: SnsMessage): boolean {
  const url = URL.parse(message.SubscribeURL ?? "");
  if (url === null || url.protocol !== "https:" || !SNS_HOST.test(url.host)) return false;
  return (
    url.username === "" &&
    url.pathname === "/" &&
    url.searchParams.get("Action") === "ConfirmSubscription" &&
    url.searchParams.get("TopicArn") === message.TopicArn
  );
}

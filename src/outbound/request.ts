import type { Millis } from "../base/clock.ts";
import type { Ask } from "../base/http/client.ts";
import type { EndpointAuth } from "../config/settings.ts";
import { type DeliveryId, deliveryId } from "../journal/sending.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Payload, WholeEvent } from "./payload.ts";
import { signatureHeaders } from "./sign.ts";

/** What is kept of an answer's body. */
export const ANSWER_BYTES_MAX = 16 * 2 ** 10;

/** One request that is about to be made. */
export interface Posting {
  readonly endpoint: Endpoint;
  readonly payload: Payload;
  /** What it carries, one or a batch. */
  readonly events: readonly WholeEvent[];
  readonly attempt: number;
  readonly at: Millis;
  /** `Longstop/<version>`. */
  readonly agent: string;
  /** The endpoint's own authentication, as a header. */
  readonly auth: readonly [string, string] | null;
  readonly confirmUrl: string | null;
}

export interface Request {
  readonly ask: Ask;
  /** As sent, without what is secret: to be kept with the attempt. */
  readonly shown: readonly (readonly [string, string])[];
  /** What was hidden there, for whoever keeps what may repeat it. */
  readonly secrets: readonly string[];
}

const HIDDEN = "[hidden]";

/**
 * The request of one try. Beside Standard Webhooks' three headers it says in `longstop-*` what the payload may not: the
 * event's type, source and connection (percent-encoded, as they may hold any characters), the delivery and the attempt.
 */
export function requestOf(posting: Posting): Request {
  const { endpoint, payload, at, agent, auth, confirmUrl } = posting;
  const { url, timeoutMs, headers: own } = endpoint.settings;
  const told = signatureHeaders(payload.id, at, payload.body, endpoint.keys);
  told["content-type"] = payload.contentType;
  told["user-agent"] = agent;
  addMetadata(told, posting);
  if (confirmUrl !== null) told["longstop-confirm-url"] = confirmUrl;
  const shown: [string, string][] = [];
  for (const name of Object.keys(told))
    shown.push([name, name === "longstop-confirm-url" ? HIDDEN : (told[name] ?? "")]);
  const secret = auth === null ? own : { ...own, [auth[0]]: auth[1] };
  const secretNames = Object.keys(secret);
  for (const name of secretNames) shown.push([name.toLowerCase(), HIDDEN]);
  const ask: Ask = {
    url,
    method: "POST",
    headers: secretNames.length === 0 ? told : { ...secret, ...told },
    body: payload.body,
    timeoutMs,
    bodyBytesMax: ANSWER_BYTES_MAX,
    whenLonger: "cut",
  };
  const none = secretNames.length === 0 && confirmUrl === null;
  return { ask, shown, secrets: none ? [] : secretsIn(Object.values(secret), confirmUrl) };
}

/** Shorter ones would be found everywhere, and are none that need hiding. */
const SECRET_CHARS_MIN = 8;

/** Each value, what follows its scheme (`Bearer …`), and the token of the confirmation; the longest first. */
function secretsIn(values: readonly string[], confirmUrl: string | null): readonly string[] {
  const token = confirmUrl === null ? [] : [confirmUrl.slice(confirmUrl.lastIndexOf("/") + 1)];
  const parts = values.flatMap((value) => [value, value.slice(value.indexOf(" ") + 1)]);
  return [...new Set([...parts, ...token])]
    .filter((text) => text.length >= SECRET_CHARS_MIN)
    .sort((one, other) => other.length - one.length);
}

/** A text of the subscriber's, which may repeat what it was sent, as error pages do: without our secrets. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);

function addMetadata(told: Record<string, string>, { endpoint, events, attempt }: Posting): void {
  const [event] = events;
  told["longstop-attempt"] = String(attempt);
  if (event === undefined || endpoint.settings.strategy === "batch") {
    told["longstop-batch"] = String(events.length);
    return;
  }
  told["longstop-type"] = encodeURIComponent(event.type.toWellFormed());
  told["longstop-source"] = event.source;
  told["longstop-delivery"] = deliveryOf(event, endpoint);
  if (event.connection !== null)
    told["longstop-connection"] = encodeURIComponent(event.connection.toWellFormed());
  if (event.trace !== null) told["traceparent"] = event.trace;
}

export const deliveryOf = (event: WholeEvent, endpoint: Endpoint): DeliveryId =>
  deliveryId(event.id, endpoint.id);

/** The header of an authentication that needs nobody else; `null` for OAuth 2.0 and for none. */
export function plainAuth(auth: EndpointAuth | null): readonly [string, string] | null {
  if (auth === null || auth.kind === "oauth2") return null;
  if (auth.kind === "header") return [auth.name, auth.value];
  if (auth.kind === "bearer") return ["authorization", `Bearer ${auth.token}`];
  const pair = Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
  return ["authorization", `Basic ${pair}`];
}

import type { Millis } from "../base/clock.ts";
import type { EventId } from "../base/ids.ts";
import type { Result } from "../base/result.ts";
import type { EndpointSettings } from "../config/settings.ts";
import type { Actor, Appended } from "../journal/facts.ts";
import type { DeliveryId, EndpointId } from "../journal/sending.ts";

export type SendingRefusalCode =
  /** No such endpoint, delivery or event. */
  | "not_found"
  /** The endpoint stands in the configuration, which alone may change it. */
  | "configured"
  /** The endpoint or delivery is not in a state in which this can be done; `detail` says what to do first. */
  | "wrong_status"
  /** What is asked for cannot be; `field` says where. */
  | "invalid"
  /** Another endpoint bears this name, or another message this idempotency key. */
  | "conflict";

/** Why something was not done, for whoever asked. */
export interface SendingRefusal {
  readonly code: SendingRefusalCode;
  /** Dotted path into what was given; `null` where it is about the whole. */
  readonly field: string | null;
  /** A sentence with the remedy. */
  readonly detail: string;
}

export type SendingResult<T> = Promise<Result<T, SendingRefusal>>;

/** Everything about an endpoint but its secrets, of the configuration or of run time alike. */
export type EndpointDefinition = Omit<EndpointSettings, "secret" | "headers" | "auth"> & {
  /** Names only: values may be secret. */
  readonly headers: readonly string[];
  readonly auth: "basic" | "bearer" | "header" | "oauth2" | null;
};

/** A key that signs, as it may be shown: `publicKey` is what subscribers verify v1a with. */
export interface SigningKeyView {
  readonly version: "v1" | "v1a";
  /** `whpk_…` of an asymmetric one. */
  readonly publicKey: string | null;
  /** First eight hex characters of its SHA-256, to tell it from others. */
  readonly fingerprint: string;
  /** It stops signing then, by itself; `null`: the current one. */
  readonly until: Millis | null;
}

/** What sending does for an endpoint right now, beside what the journal knows. */
export interface EndpointActivity {
  /**
   * `idle` nothing to do · `sending` requests are under way · `waiting` for the time of the next try ·
   * `throttled` by its rate or by the subscriber's `Retry-After` · `resting` the breaker is open ·
   * `probing` one request tries whether it works again · `paused`, `disabled` · `pull` nothing is pushed ·
   * `halted` sending to it crashed too often · `locked` its secrets cannot be opened.
   */
  readonly state:
    | "idle"
    | "sending"
    | "waiting"
    | "throttled"
    | "resting"
    | "probing"
    | "paused"
    | "disabled"
    | "pull"
    | "halted"
    | "locked";
  /** When it goes on by itself; `null`: when something comes, or when somebody does something. */
  readonly until: Millis | null;
  /** One sentence for people. */
  readonly detail: string;
  readonly inFlight: number;
}

export interface EndpointOverview {
  readonly id: EndpointId;
  readonly name: string;
  readonly origin: "config" | "api";
  readonly definition: EndpointDefinition;
  readonly keys: readonly SigningKeyView[];
  readonly activity: EndpointActivity;
}

/** A change of an endpoint: what is absent stays. */
export type EndpointPatch = { readonly [K in keyof EndpointSettings]?: EndpointSettings[K] };

/** A message to publish. `idempotencyKey`: of two with the same one within the dedupe retention, the second is a duplicate. */
export interface Message {
  readonly type: string;
  /** JSON text of the payload. */
  readonly data: string;
  /** What it is about; messages of one connection are sent in order to those who want it. */
  readonly connection: string | null;
  readonly idempotencyKey: string | null;
  /** W3C `traceparent` of the caller. */
  readonly trace?: string;
}

/**
 * What operators and publishers can do about sending. Everything is journaled before it resolves; `by` is
 * the id of the key that asked. Rejects only with what the journal rejects with.
 */
export interface Sending {
  /** Everything about the known endpoints that the journal's rows do not say. `null`: there is none. */
  endpoint(id: EndpointId): EndpointOverview | null;
  endpoints(): readonly EndpointOverview[];
  /** The endpoint of this name, of the configuration or not. */
  named(name: string): EndpointId | null;
  /** `secret` is returned this once: the one given, or a new one; `null` for a pull endpoint that was given none. */
  create(
    name: string,
    settings: EndpointSettings,
    by: Actor,
  ): SendingResult<{ readonly id: EndpointId; readonly secret: string | null }>;
  patch(id: EndpointId, change: EndpointPatch, by: Actor): SendingResult<null>;
  /** What it is owed is cancelled. */
  remove(id: EndpointId, by: Actor): SendingResult<null>;
  /** A new secret (or the given one), returned this once. The old ones go on signing beside it for `overlapMs`. */
  rotateSecret(
    id: EndpointId,
    options: { readonly secret: string | null; readonly overlapMs: number },
    by: Actor,
  ): SendingResult<{ readonly secret: string; readonly previousUntil: Millis }>;
  /** Sends a `longstop.test` event to this endpoint alone. */
  test(id: EndpointId, by: Actor): SendingResult<Appended>;
  /** Ends `disabled` and `paused`, and forgets earlier failures. */
  enable(id: EndpointId, by: Actor): SendingResult<null>;
  /** Nothing is owed to it any more from now on; what it is owed already waits. */
  disable(id: EndpointId, reason: string | null, by: Actor): SendingResult<null>;
  /** What comes is owed to it and waits. */
  pause(id: EndpointId, reason: string | null, by: Actor): SendingResult<null>;
  resume(id: EndpointId, by: Actor): SendingResult<null>;
  /** Sends a settled delivery again, at once and with its attempts counted anew; of a pending one, makes the wait end. */
  resend(delivery: DeliveryId, by: Actor): SendingResult<null>;
  /** All failed deliveries of an endpoint made within [since, until). */
  resendFailed(
    id: EndpointId,
    range: { readonly since: Millis; readonly until: Millis | null },
    by: Actor,
  ): SendingResult<{ readonly resent: number }>;
  /** Sends any event to one endpoint, whether it matches or not, and whether it was sent before or not. */
  send(event: EventId, id: EndpointId, by: Actor): SendingResult<{ readonly delivery: DeliveryId }>;
  /** Journaled when it resolves. The same key with another message is a `conflict`. */
  publish(message: Message, by: Actor): SendingResult<Appended>;
}

/** One message as a pulling subscriber gets it. */
export interface PulledMessage {
  readonly id: EventId;
  readonly type: string;
  readonly source: string;
  readonly connection: string | null;
  readonly occurredAt: Millis;
  readonly contentType: string;
  /** The event's own bytes; `null` once retention has emptied them. */
  readonly body: Uint8Array | null;
}

/** Pull: the subscriber comes for its events, and the place it has reached is kept here. */
export interface Pulling {
  /**
   * Up to `limit` messages that are not acknowledged, in order, always from the first one: asking twice gives the
   * same ones. While there is none it waits up to `waitMs`. Fewer than `limit` when their bytes are many.
   */
  messages(
    id: EndpointId,
    page: { readonly limit: number; readonly waitMs: number },
    signal?: AbortSignal,
  ): SendingResult<readonly PulledMessage[]>;
  /** Everything up to and with this message is done. Acknowledging it again changes nothing. */
  ack(id: EndpointId, upTo: EventId, by: Actor): SendingResult<null>;
  /** Everything after this message is owed again (`null`: from the very first that is kept). */
  seek(id: EndpointId, after: EventId | null, by: Actor): SendingResult<null>;
}

/** The subscriber's word that it has done the work, by the one-time URL that it was given. */
export interface Confirmations {
  /** `late`: its window is over, or the delivery was given up. `unknown`: no such token was ever given out. */
  confirm(token: string): Promise<"confirmed" | "already" | "late" | "unknown">;
}

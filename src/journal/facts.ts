import type { Millis } from "../base/clock.ts";
import type { EventId, Seq } from "../base/ids.ts";
import type { ActedFact } from "./audit.ts";
import type { ReconcilingFact } from "./reconciling.ts";
import type { SendingFact } from "./sending-facts.ts";
import type { Actor, EndpointId, ErrorFact, Origin, SweepId } from "./terms.ts";

export type { Actor, ErrorFact, Origin } from "./terms.ts";

/**
 * The vocabulary of the journal: facts, in the past tense, and nothing that can be derived from them.
 * Each is one entry of the log. All fields are plain JSON; text is stored as it came.
 */

export type EventStatus = "pending" | "completed" | "skipped" | "failed";
export type ConnectionStatus = "active" | "paused" | "halted";

/** A connection's name: (source, key). Events without a key have no connection and stand alone. */
export interface ConnectionRef {
  readonly source: string;
  readonly key: string;
}

/** One event of a request, as named by its source's preset. */
export interface EventFact {
  /** Dedupe key, unique per source: the provider's event id, else `sha256:<hex>` of the body. */
  readonly dedupeKey: string;
  readonly type: string;
  readonly connection: string | null;
  /** When it happened, by the provider. */
  readonly occurredAt: Millis | null;
  /** The provider's own order within the connection, where it has one. Compared as numbers, or as text of equal kind. */
  readonly sequence: number | string | null;
  /** The event's bytes within the request's body: [offset, length]; `null` means all of it. */
  readonly range: readonly [number, number] | null;
}

/** One HTTP request as it arrived (after decoding `Content-Encoding` only; headers are verbatim). */
export interface RequestFact {
  readonly method: string;
  /** As received: path and query; the host is in the headers. */
  readonly url: string;
  readonly peer: string;
  /** In order of arrival as far as the runtime keeps it; names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
}

/** What receiving hands to the journal: one request's events, all or nothing. */
export interface Intake {
  readonly source: string;
  readonly origin: Origin;
  readonly at: Millis;
  readonly events: readonly EventFact[];
  readonly request: RequestFact;
  readonly body: Uint8Array;
  /** No handler, schema or staleness rule: the events are complete as soon as they are journaled. */
  readonly settled: boolean;
  /** W3C `traceparent` of the request, carried to handlers and deliveries. */
  readonly trace?: string;
  /** Whose sweep found it, when its origin is `poll`: what is new in it counts as healed. */
  readonly sweep?: SweepId;
  /** Of completed events: which endpoints each is owed to, in the order of `events`. Absent: none. */
  readonly deliveries?: readonly (readonly EndpointId[])[];
}

/** One event's answer: new, or a duplicate of an earlier one (whose id it then bears). */
export interface Appended {
  readonly id: EventId;
  readonly seq: Seq;
  readonly duplicate: boolean;
}

/** What a handler emits. Settling makes an event of each, of the source and connection of its own event. */
export interface Emitted {
  readonly type: string;
  /** Chosen by the handler: of one source the same id makes one event only, within the dedupe retention. */
  readonly id: string | null;
  /** JSON text. */
  readonly data: string;
  /** Which endpoints it is owed to. Absent: none. */
  readonly deliveries?: readonly EndpointId[];
}

export type Fact = CoreFact | SendingFact | ReconcilingFact | ActedFact;

export type CoreFact =
  /** An event is settled for good (until it is replayed): one entry says everything that changes with it. */
  | {
      readonly kind: "settled";
      readonly at: Millis;
      readonly event: Seq;
      /** The work item this settles: the event's own place, or its replay's. */
      readonly position: Seq;
      readonly outcome: "completed" | "skipped" | "failed";
      /** Why it was skipped or failed, in a sentence; `null` when completed. */
      readonly reason: string | null;
      readonly error: ErrorFact | null;
      /** The connection's new state as JSON text; `null` leaves it. */
      readonly state: string | null;
      /** Each is an event of its own, completed as it is: entry's place + 1, + 2, … in this order. */
      readonly emitted: readonly Emitted[];
      /** Which endpoints the event itself is owed to, when it is completed. Absent: none. */
      readonly deliveries?: readonly EndpointId[];
      /** The attempt that settled it, from 1; 0 when no handler ran (operator, schema). */
      readonly attempt: number;
      readonly startedAt: Millis | null;
      readonly durationMs: number;
      readonly stale: boolean;
      readonly by?: Actor;
    }
  /** An attempt failed, and there will be another one at `nextAt`. */
  | {
      readonly kind: "attempted";
      readonly at: Millis;
      readonly event: Seq;
      readonly position: Seq;
      readonly attempt: number;
      readonly error: ErrorFact;
      readonly startedAt: Millis;
      readonly durationMs: number;
      readonly nextAt: Millis;
      /** `true` (strict order): the connection sleeps until `nextAt`. `false` (relaxed): its followers go on. */
      readonly holds: boolean;
      /** `ctx.retry()` was called: it does not count against the policy. */
      readonly asked: boolean;
    }
  /** A named step of a handler ran; its result is returned on every later attempt at this position. */
  | {
      readonly kind: "stepped";
      readonly at: Millis;
      readonly event: Seq;
      readonly position: Seq;
      readonly name: string;
      /** JSON text. */
      readonly result: string;
    }
  /**
   * Settled (or pending) events are to be processed again, in this order: each gets a new position, the
   * entry's own seq, seq+1, …. The entry takes as many places as it has events. Their steps are forgotten.
   */
  | {
      readonly kind: "replayed";
      readonly at: Millis;
      readonly events: readonly Seq[];
      readonly job: string | null;
      readonly by: Actor;
    }
  | {
      readonly kind: "paused";
      readonly at: Millis;
      readonly connection: ConnectionRef;
      readonly by: Actor;
      readonly reason: string | null;
    }
  | {
      readonly kind: "resumed";
      readonly at: Millis;
      readonly connection: ConnectionRef;
      readonly by: Actor;
    }
  /** More restarts than the source's intensity allows: an operator must look. */
  | {
      readonly kind: "halted";
      readonly at: Millis;
      readonly connection: ConnectionRef;
      readonly reason: string;
    }
  /** The connection's actor crashed and was rebuilt. */
  | {
      readonly kind: "restarted";
      readonly at: Millis;
      readonly connection: ConnectionRef;
      readonly reason: string;
    }
  /** An operator wants the next try now: waiting times of the connection's work are cleared. */
  | {
      readonly kind: "retried";
      readonly at: Millis;
      readonly connection: ConnectionRef;
      readonly by: Actor;
    }
  /** The whole of a replay job's row, as of now: last one wins. */
  | {
      readonly kind: "job";
      readonly at: Millis;
      readonly id: string;
      readonly job: ReplayJob;
      readonly by: Actor;
    }
  | {
      readonly kind: "key_created";
      readonly at: Millis;
      readonly key: StoredKey;
      readonly by: Actor;
    }
  | { readonly kind: "key_revoked"; readonly at: Millis; readonly id: string; readonly by: Actor }
  /** Which secret (by its fingerprint) of a source last matched, and when; written at most once a minute each. */
  | {
      readonly kind: "secret_used";
      readonly at: Millis;
      readonly source: string;
      readonly fingerprint: string;
    };

export interface StoredKey {
  /** `key_…`: shown and logged. */
  readonly id: string;
  readonly name: string;
  /** Hex SHA-256 of the secret: it has 190 random bits, so that a slow hash would add nothing. */
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly createdAt: Millis;
}

export type ReplayStatus = "dry_run" | "running" | "paused" | "completed" | "cancelled";

export interface ReplayJob {
  readonly filter: EventFilter;
  readonly status: ReplayStatus;
  /** Events a second; `null` as fast as it goes. */
  readonly rate: number | null;
  /** Events that matched when the job was made: its upper bound; later ones are not replayed. */
  readonly total: number;
  readonly done: number;
  /** Only events up to here belong to the job. */
  readonly upTo: Seq;
  /** The last event replayed: where a resumed job goes on. */
  readonly cursor: Seq;
  readonly createdAt: Millis;
  readonly finishedAt: Millis | null;
}

/** Which events: every given field must match. */
export interface EventFilter {
  readonly source?: string;
  readonly connection?: string;
  /** Exact, or a glob with `*` (`invoice.*`). */
  readonly type?: string;
  readonly status?: EventStatus;
  readonly origin?: Origin;
  /** Received at or after / before. */
  readonly since?: Millis;
  readonly until?: Millis;
  /** Part of the last error's message or code. */
  readonly error?: string;
  /** Free text: an event id, a dedupe key, or part of a type, connection or error. */
  readonly q?: string;
}

import type { Millis } from "../base/clock.ts";
import type { EventId, Seq } from "../base/ids.ts";
import type { ConnectionStatus, ErrorFact, EventStatus, Origin, RequestFact } from "./facts.ts";

export type { Page } from "./terms.ts";

/** An event's row as lists show it. Times in ms. */
export interface EventRow {
  readonly id: EventId;
  readonly seq: Seq;
  readonly source: string;
  readonly connection: string | null;
  readonly type: string;
  readonly status: EventStatus;
  readonly origin: Origin;
  readonly dedupeKey: string;
  readonly occurredAt: Millis | null;
  readonly receivedAt: Millis;
  readonly settledAt: Millis | null;
  /** Attempts made at the current position. */
  readonly attempts: number;
  readonly nextAttemptAt: Millis | null;
  readonly stale: boolean;
  /** The last attempt's error, or the reason it was skipped or failed. */
  readonly error: ErrorFact | null;
  readonly reason: string | null;
  /** Bytes of the event (of a batch: of the item). */
  readonly size: number;
  readonly requestId: string;
  /** Times that a duplicate of it arrived. */
  readonly duplicates: number;
  /** Times it was replayed. */
  readonly replays: number;
}

export interface AttemptRow {
  readonly position: Seq;
  readonly attempt: number;
  readonly startedAt: Millis | null;
  readonly durationMs: number;
  readonly outcome: "completed" | "skipped" | "failed" | "retry";
  readonly error: ErrorFact | null;
  readonly nextAt: Millis | null;
}

/** One event with everything that is kept about it. */
export interface EventDetail extends EventRow {
  /** Its work item's place: its own, or its last replay's. An operator's skip names it. */
  readonly position: Seq;
  /** The event's own bytes; `null` once retention has emptied them. */
  readonly body: Uint8Array | null;
  readonly request: RequestFact;
  readonly attemptLog: readonly AttemptRow[];
  readonly steps: readonly {
    readonly name: string;
    readonly result: string;
    readonly at: Millis;
  }[];
  /** The unsettled event before it in its connection, if any: what it waits behind. */
  readonly behind: EventId | null;
}

export interface ConnectionRow {
  readonly source: string;
  readonly key: string;
  readonly status: ConnectionStatus;
  readonly statusReason: string | null;
  readonly statusAt: Millis | null;
  /** JSON text; `null` before the first state is saved. */
  readonly state: string | null;
  /** Unsettled work items. */
  readonly mailboxDepth: number;
  readonly lastEventAt: Millis | null;
  /** Another event is expected by then; moves once it has passed or an event came. `null`: none is expected. */
  readonly expectBy: Millis | null;
  /** Oldest unsettled event and its next try, if it is being retried. */
  readonly head: {
    readonly id: EventId;
    readonly seq: Seq;
    readonly attempts: number;
    readonly nextAttemptAt: Millis | null;
  } | null;
  readonly restarts: number;
  readonly events: number;
}

export interface SourceRow {
  readonly source: string;
  readonly received: number;
  readonly duplicates: number;
  readonly pending: number;
  readonly completed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly lastEventAt: Millis | null;
  readonly secrets: readonly { readonly fingerprint: string; readonly lastUsedAt: Millis }[];
}

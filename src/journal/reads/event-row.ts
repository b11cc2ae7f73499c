import type { Millis } from "../../base/clock.ts";
import { eventId, requestId, seq } from "../../base/ids.ts";
import type { ErrorFact } from "../facts.ts";
import { originName, outcomeName, STATUS, statusName } from "../projection/codes.ts";
import type { AttemptRow, EventRow } from "../rows.ts";
import type { Entries } from "./log-entry.ts";
import type { Statements } from "./statements.ts";

/** An event of the projection, with its source's and connection's names. */
export interface Row {
  readonly seq: number;
  readonly run: number;
  readonly source: string;
  readonly connection: string | null;
  readonly connection_id: number | null;
  readonly type: string;
  readonly status: number;
  readonly origin: number;
  readonly occurred_ms: number | null;
  readonly received_ms: number;
  readonly settled_ms: number | null;
  readonly attempts: number;
  readonly position: number;
  readonly started_ms: number | null;
  readonly duration_ms: number | null;
  readonly next_ms: number | null;
  /** Of one that waits: when that was decided. */
  readonly since_ms: number | null;
  readonly stale: number;
  readonly error: string | null;
  readonly reason: string | null;
  readonly size: number;
  readonly request_seq: number;
  readonly duplicates: number;
  readonly replays: number;
}
interface StoredAttempt {
  readonly position: number;
  readonly attempt: number;
  readonly started_ms: number | null;
  readonly duration_ms: number;
  readonly outcome: number;
  readonly error: string | null;
  readonly next_ms: number | null;
}

/** A wait that began after `now`, since the clock went back, is over: the next try is due. */
export const nextTry = (due: Millis | null, since: Millis | null, now: Millis): Millis | null =>
  due !== null && since !== null && now < since ? Math.min(due, now) : due;

/** An event as lists show it; its dedupe key stands in the log. */
export function eventRow(row: Row, entries: Entries, now: Millis): EventRow {
  return {
    id: eventId(seq(row.seq), row.run),
    seq: seq(row.seq),
    source: row.source,
    connection: row.connection,
    type: row.type,
    status: statusName(row.status),
    origin: originName(row.origin),
    dedupeKey: entries.at(row.seq)?.fact.dedupeKey ?? "",
    occurredAt: row.occurred_ms,
    receivedAt: row.received_ms,
    settledAt: row.settled_ms,
    attempts: row.attempts,
    nextAttemptAt: row.status === STATUS.pending ? nextTry(row.next_ms, row.since_ms, now) : null,
    stale: row.stale === 1,
    error: parseError(row.error),
    reason: row.reason,
    size: row.size,
    requestId: requestId(seq(row.request_seq), row.run),
    duplicates: row.duplicates,
    replays: row.replays,
  };
}

/** Every attempt that is kept, the settling one last. */
export function attemptsOf(row: Row, index: Statements): AttemptRow[] {
  const stored = index
    .of<StoredAttempt, [number]>(
      "SELECT position, attempt, started_ms, duration_ms, outcome, error, next_ms FROM attempts WHERE event_seq = ? ORDER BY position, attempt",
    )
    .all(row.seq);
  const settling =
    row.status === STATUS.pending || row.started_ms === null
      ? []
      : [
          {
            position: row.position,
            attempt: row.attempts,
            started_ms: row.started_ms,
            duration_ms: row.duration_ms ?? 0,
            outcome: row.status,
            error: row.error,
            next_ms: null,
          },
        ];
  return [...stored, ...settling].map((attempt) => ({
    position: seq(attempt.position),
    attempt: attempt.attempt,
    startedAt: attempt.started_ms,
    durationMs: attempt.duration_ms,
    outcome: outcomeName(attempt.outcome),
    error: parseError(attempt.error),
    nextAt: attempt.next_ms,
  }));
}

function parseError(text: string | null): ErrorFact | null {
  return text === null ? null : (JSON.parse(text) as ErrorFact);
}

import type { Millis } from "../../src/base/clock.ts";
import type { EventId, Seq } from "../../src/base/ids.ts";
import { eventId } from "../../src/base/ids.ts";
import type {
  ConnectionRef,
  ConnectionStatus,
  ErrorFact,
  EventFact,
  EventStatus,
  Fact,
  Intake,
} from "../../src/journal/facts.ts";
import type { Newest } from "../../src/journal/journal.ts";
import type { AttemptRow } from "../../src/journal/rows.ts";

/** One event as the ledger keeps it. */
export interface Entry {
  readonly seq: Seq;
  readonly id: EventId;
  readonly requestSeq: Seq;
  readonly intake: Intake;
  readonly fact: EventFact;
  status: EventStatus;
  position: Seq;
  counted: number;
  attempts: number;
  /** Its next try; `null` when there is none to wait for. */
  dueAt: Millis | null;
  waitingSince: Millis | null;
  settledAt: Millis | null;
  stale: boolean;
  error: ErrorFact | null;
  reason: string | null;
  duplicates: number;
  replays: number;
  steps: { name: string; result: string; at: Millis }[];
  readonly log: AttemptRow[];
}

export interface Account {
  readonly ref: ConnectionRef;
  status: ConnectionStatus;
  reason: string | null;
  statusAt: Millis | null;
  state: string | null;
  newest: Newest;
  restartLog: Millis[];
  restarts: number;
  /** Position of the item whose retry holds its followers. */
  holding: Seq | null;
  readySeq: Seq | null;
  wakeAt: Millis | null;
  /** When the latest of the waits began. */
  sleepsSince: Millis | null;
  lastEventAt: Millis | null;
  events: number;
  /** Unsettled items by position; positions only ever grow, so that insertion order is theirs. */
  readonly queue: Map<Seq, Entry>;
}

export function freshEntry(
  intake: Intake,
  fact: EventFact,
  at: Seq,
  requestSeq: Seq,
  run: number,
): Entry {
  return {
    seq: at,
    id: eventId(at, run),
    requestSeq,
    intake,
    fact,
    status: intake.settled ? "completed" : "pending",
    position: at,
    counted: 0,
    attempts: 0,
    dueAt: null,
    waitingSince: null,
    settledAt: intake.settled ? intake.at : null,
    stale: false,
    error: null,
    reason: null,
    duplicates: 0,
    replays: 0,
    steps: [],
    log: [],
  };
}

export function freshAccount(ref: ConnectionRef): Account {
  return {
    ref,
    status: "active",
    reason: null,
    statusAt: null,
    state: null,
    newest: { occurredAt: null, sequence: null },
    restartLog: [],
    restarts: 0,
    holding: null,
    readySeq: null,
    wakeAt: null,
    sleepsSince: null,
    lastEventAt: null,
    events: 0,
    queue: new Map(),
  };
}

/** Waits from the fact's time to its `nextAt`, or for nothing. */
export function wait(entry: Entry, fact: { at: Millis; nextAt: Millis } | null): void {
  entry.dueAt = fact?.nextAt ?? null;
  entry.waitingSince = fact?.at ?? null;
}

export const connectionName = (ref: ConnectionRef): string => `${ref.source}\n${ref.key}`;

export function statusReason(
  fact: Extract<Fact, { kind: "paused" | "resumed" | "halted" }>,
): string | null {
  if (fact.kind === "resumed") return null;
  if (fact.kind === "halted") return fact.reason;
  return fact.reason === null ? `by ${fact.by}` : `by ${fact.by}: ${fact.reason}`;
}

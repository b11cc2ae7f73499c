import type { Millis } from "../base/clock.ts";
import type { EventId, Seq } from "../base/ids.ts";
import type {
  Appended,
  ConnectionRef,
  ConnectionStatus,
  EventFact,
  EventFilter,
  Fact,
  Intake,
  Origin,
  ReplayJob,
  RequestFact,
  StoredKey,
} from "./facts.ts";
import type {
  QuarantinedRequest,
  QuarantineFilter,
  QuarantineId,
  QuarantineRow,
} from "./quarantine.ts";
import type { ConnectionRow, EventDetail, EventRow, Page, SourceRow } from "./rows.ts";

/** Why the journal did not take something. Nothing was acknowledged, and the sender may try again. */
export class JournalRefused extends Error {
  override readonly name = "JournalRefused";
  /** `overloaded`: too much waits for commit. `disk_full`: refused until there is room. `failing`: an I/O error, the process is ending. `closed`: draining. */
  readonly code: "overloaded" | "disk_full" | "failing" | "closed";
  constructor(code: JournalRefused["code"], detail: string, cause?: unknown) {
    super(detail, { cause });
    this.code = code;
  }
}

/**
 * The one log, as the writing side sees it. Speaks of events, never of tables, so that another store
 * can stand behind it. Group commit: callers of one turn of the loop share one transaction and one sync.
 */
export interface Journal {
  /** Resolves once committed and synced, with one answer per event, in order. Rejects with `JournalRefused`. */
  append(intake: Intake): Promise<readonly Appended[]>;
  /** Resolves with the entry's place once committed and synced. Rejects with `JournalRefused`. */
  record(fact: Fact): Promise<Seq>;
  /**
   * All of it in one transaction, or nothing: first the intakes, then the facts. Resolves with one answer per event
   * of each intake. At most `LIMITS.COMMIT_ENTRIES_MAX` entries and `COMMIT_BYTES_MAX` bytes. Rejects with `JournalRefused`.
   */
  appendTogether(
    intakes: readonly Intake[],
    facts: readonly Fact[],
  ): Promise<readonly (readonly Appended[])[]>;
  /** Whether `append` would be refused right now, and why: receiving asks before it reads a body. */
  pressure(): JournalRefused["code"] | null;
}

/** What operators read. Each waits, bounded, until the projection has what was acknowledged before the call. Rejects with `ReadRefused`. */
export interface Reads {
  /** Newest first. */
  events(
    filter: EventFilter,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<EventRow>>;
  event(id: EventId): Promise<EventDetail | null>;
  /** The request an event came in, whole: for `/v1/events/:id/body` of a batch and for verifying again. */
  requestBody(id: EventId): Promise<Uint8Array | null>;
  /** Matching events, up to and with `upTo`; counting stops at `atMost`. */
  count(filter: EventFilter, upTo: Seq, atMost: number): Promise<number>;
  /** Matching events after `after` up to `upTo` in journal order (oldest first): what a replay job walks. */
  oldest(filter: EventFilter, after: Seq, upTo: Seq, limit: number): Promise<readonly EventRow[]>;
  connections(
    filter: { source?: string; status?: ConnectionStatus; q?: string },
    page: { limit: number; cursor: string | null },
  ): Promise<Page<ConnectionRow>>;
  connection(ref: ConnectionRef): Promise<ConnectionRow | null>;
  jobs(page: {
    limit: number;
    cursor: string | null;
  }): Promise<Page<{ id: string; job: ReplayJob }>>;
  job(id: string): Promise<ReplayJob | null>;
  runningJobs(): Promise<readonly { id: string; job: ReplayJob }[]>;
  keys(): Promise<readonly StoredKey[]>;
  sources(): Promise<readonly SourceRow[]>;
  /** Requests that were not let in, newest first. */
  quarantine(
    filter: QuarantineFilter,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<QuarantineRow>>;
  /** The same, oldest first, after `after`: what is verified again in the order in which it came. */
  quarantineIds(
    filter: QuarantineFilter,
    after: string | null,
    limit: number,
  ): Promise<readonly { readonly id: QuarantineId; readonly source: string }[]>;
  quarantined(id: QuarantineId): Promise<QuarantinedRequest | null>;
  /** Log entries in order, for `tail` and streams: one row per event that is new or settled after `after`. */
  changes(after: Seq, limit: number): Promise<{ rows: readonly EventRow[]; upTo: Seq }>;
}

export class ReadRefused extends Error {
  override readonly name = "ReadRefused";
  /** `behind`: the projection did not catch up in time. `slow`: the search took too long and was stopped. */
  readonly code: "behind" | "slow" | "bad_cursor";
  constructor(code: ReadRefused["code"], detail: string) {
    super(detail);
    this.code = code;
  }
}

/** A place in a mailbox: which event, by which position, and what is known of earlier attempts. */
export interface WorkItem {
  readonly position: Seq;
  readonly event: Seq;
  /** Attempts already made at this position that count against the policy, and all of them. */
  readonly counted: number;
  readonly attempts: number;
  /** Not before; `null` at once. */
  readonly dueAt: Millis | null;
  /** When that wait was decided. A clock that stands before it went back, and the wait is over. */
  readonly waitingSince: Millis | null;
}

/** The provider's order of the newest applied event of a connection: what `ctx.stale` compares with. */
export interface Newest {
  readonly occurredAt: Millis | null;
  readonly sequence: number | string | null;
}

export interface ConnectionView {
  readonly status: ConnectionStatus;
  readonly state: string | null;
  readonly newest: Newest;
  readonly restarts: readonly Millis[];
  /** The first unsettled work items, in order. */
  readonly items: readonly WorkItem[];
  /** Whether there are more than `items`. */
  readonly more: boolean;
  /** Everything up to here is in this view; what is posted later comes after. */
  readonly upTo: Seq;
}

/** A unit of work that is not in memory: a connection, or an event that stands alone. */
export type Unit =
  | { readonly kind: "connection"; readonly ref: ConnectionRef; readonly readySeq: Seq }
  | {
      readonly kind: "alone";
      readonly source: string;
      readonly item: WorkItem;
      readonly readySeq: Seq;
    };

export interface LoadedEvent {
  readonly id: EventId;
  readonly seq: Seq;
  readonly source: string;
  readonly fact: EventFact & {
    readonly origin: Origin;
    readonly receivedAt: Millis;
    readonly trace: string | null;
  };
  readonly request: RequestFact;
  /** The event's own bytes; `null` when retention has emptied them. */
  readonly body: Uint8Array | null;
  /** Journaled steps of the current position, name → JSON text. */
  readonly steps: readonly (readonly [string, string])[];
}

/**
 * What the mailbox reads: bounded pages, answered by a thread of its own, each waiting until the
 * projection has what was journaled before the call.
 */
export interface MailboxReads {
  /** One view per ref, in order; a connection that was never seen is active and empty. */
  view(refs: readonly ConnectionRef[], limit: number): Promise<readonly ConnectionView[]>;
  /** Unsettled items of one connection after `after`, in order of position. */
  waiting(
    ref: ConnectionRef,
    after: Seq,
    limit: number,
  ): Promise<{ items: readonly WorkItem[]; more: boolean; upTo: Seq }>;
  /** Units that could run now (active, not sleeping), in order of `readySeq`, after `after`. */
  ready(after: Seq, limit: number): Promise<{ units: readonly Unit[]; upTo: Seq }>;
  /** Units whose waiting time is over at `now`, or began only after it (the clock went back), the longest overdue first. */
  due(now: Millis, limit: number): Promise<readonly Unit[]>;
  /** One per seq, in order. `steps` are those of the given position. */
  load(
    items: readonly { readonly event: Seq; readonly position: Seq }[],
  ): Promise<readonly LoadedEvent[]>;
}

/** What receiving posts to the mailboxes once it is journaled. */
export interface Posted {
  readonly source: string;
  readonly ref: ConnectionRef | null;
  readonly seq: Seq;
  /** The event as it is still in memory, so that it need not be read back; `null` when it is to be loaded. */
  readonly loaded: LoadedEvent | null;
}

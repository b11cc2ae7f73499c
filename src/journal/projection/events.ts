import type { Database, Statement } from "bun:sqlite";

/** One event's changing half, and what is needed to settle it. */
export interface EventState {
  readonly seq: number;
  readonly source_id: number;
  readonly connection_id: number | null;
  readonly occurred_ms: number | null;
  readonly sequence: string | null;
  readonly origin: number;
  status: number;
  settled_ms: number | null;
  attempts: number;
  position: number;
  started_ms: number | null;
  duration_ms: number | null;
  next_ms: number | null;
  stale: number;
  error: string | null;
  reason: string | null;
  duplicates: number;
  replays: number;
  /** The columns that never change again, only of an event that is not stored yet. */
  fresh: {
    readonly run: number;
    readonly type: string;
    readonly received_ms: number;
    readonly size: number;
    readonly request_seq: number;
  } | null;
}

export interface WorkState {
  readonly position: number;
  readonly event_seq: number;
  readonly source_id: number;
  readonly connection_id: number | null;
  counted: number;
  attempts: number;
  due_ms: number | null;
  since_ms: number | null;
  fresh: boolean;
}

/** The earliest time that is waited for, and when the latest of the waits began. */
export interface Waiting {
  readonly due: number | null;
  readonly since: number | null;
}

/**
 * Events and their work items within one batch: read when first touched, changed in memory, written once
 * at the end. An event that is journaled and settled within a batch is written once, and its work never.
 */
export class EventRows {
  readonly #events = new Map<number, EventState>();
  readonly #work = new Map<number, WorkState>();
  readonly #db: Database;
  readonly #selectEvent: Statement<EventState, [number]>;
  readonly #selectWork: Statement<WorkState, [number]>;
  readonly #insertEvent: Statement;
  readonly #updateEvent: Statement;
  readonly #insertWork: Statement;
  readonly #updateWork: Statement;
  readonly #deleteWork: Statement;
  readonly #nextDue: Statement<Waiting, [number]>;

  constructor(db: Database) {
    this.#db = db;
    this.#selectEvent = db.prepare(
      "SELECT seq, source_id, connection_id, occurred_ms, sequence, status, settled_ms, attempts, position, started_ms, duration_ms, next_ms, stale, error, reason, duplicates, replays, origin, NULL AS fresh FROM events WHERE seq = ?",
    );
    this.#selectWork = db.prepare("SELECT *, 0 AS fresh FROM work WHERE position = ?");
    this.#insertEvent = db.prepare(
      "INSERT INTO events (status, settled_ms, attempts, position, started_ms, duration_ms, next_ms, stale, error, reason, duplicates, replays, seq, source_id, connection_id, occurred_ms, sequence, run, type, origin, received_ms, size, request_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#updateEvent = db.prepare(
      "UPDATE events SET status = ?, settled_ms = ?, attempts = ?, position = ?, started_ms = ?, duration_ms = ?, next_ms = ?, stale = ?, error = ?, reason = ?, duplicates = ?, replays = ? WHERE seq = ?",
    );
    this.#insertWork = db.prepare(
      "INSERT INTO work (counted, attempts, due_ms, since_ms, position, event_seq, source_id, connection_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#updateWork = db.prepare(
      "UPDATE work SET counted = ?, attempts = ?, due_ms = ?, since_ms = ? WHERE position = ?",
    );
    this.#deleteWork = db.prepare("DELETE FROM work WHERE position = ?");
    this.#nextDue = db.prepare(
      "SELECT min(due_ms) AS due, max(since_ms) AS since FROM work WHERE connection_id = ? AND due_ms IS NOT NULL",
    );
  }

  add(event: EventState): void {
    this.#events.set(event.seq, event);
  }

  event(seq: number): EventState | null {
    const held = this.#events.get(seq);
    if (held !== undefined) return held;
    const row = this.#selectEvent.get(seq);
    if (row !== null) this.#events.set(seq, row);
    return row;
  }

  addWork(work: WorkState): void {
    this.#work.set(work.position, work);
  }

  work(position: number): WorkState | null {
    const held = this.#work.get(position);
    if (held !== undefined) return held;
    const row = this.#selectWork.get(position);
    if (row === null) return null;
    row.fresh = false;
    this.#work.set(position, row);
    return row;
  }

  removeWork(work: WorkState): void {
    this.#work.delete(work.position);
    if (!work.fresh) this.#deleteWork.run(work.position);
  }

  /** What a connection's items wait for; writes what is held back first. */
  nextDue(connectionId: number): Waiting {
    this.#flushWork();
    return this.#nextDue.get(connectionId) ?? { due: null, since: null };
  }

  /** Clears the waiting times of all items of a connection. */
  clearDue(connectionId: number): void {
    this.#flushWork();
    this.#work.clear();
    this.#db
      .query(
        "UPDATE work SET due_ms = NULL, since_ms = NULL WHERE connection_id = ? AND due_ms IS NOT NULL",
      )
      .run(connectionId);
  }

  flush(): void {
    for (const event of this.#events.values()) this.#writeEvent(event);
    this.#events.clear();
    this.#flushWork();
    this.#work.clear();
  }

  #writeEvent(event: EventState): void {
    const {
      status,
      settled_ms,
      attempts,
      position,
      started_ms,
      duration_ms,
      next_ms,
      stale,
      error,
      reason,
      duplicates,
      replays,
      seq,
    } = event;
    const changing = [
      status,
      settled_ms,
      attempts,
      position,
      started_ms,
      duration_ms,
      next_ms,
      stale,
      error,
      reason,
      duplicates,
      replays,
      seq,
    ];
    if (event.fresh === null) {
      this.#updateEvent.run(...changing);
      return;
    }
    const { run, type, received_ms, size, request_seq } = event.fresh;
    this.#insertEvent.run(
      ...changing,
      event.source_id,
      event.connection_id,
      event.occurred_ms,
      event.sequence,
      run,
      type,
      event.origin,
      received_ms,
      size,
      request_seq,
    );
  }

  #flushWork(): void {
    for (const work of this.#work.values()) {
      if (work.fresh)
        this.#insertWork.run(
          work.counted,
          work.attempts,
          work.due_ms,
          work.since_ms,
          work.position,
          work.event_seq,
          work.source_id,
          work.connection_id,
        );
      else
        this.#updateWork.run(
          work.counted,
          work.attempts,
          work.due_ms,
          work.since_ms,
          work.position,
        );
      work.fresh = false;
    }
  }
}

import type { Database, Statement } from "bun:sqlite";
import type { Newest } from "../journal.ts";
import { CONNECTION } from "./codes.ts";

/** One connection as the projection keeps it; see the table for what each column means. */
export interface ConnectionState {
  readonly id: number;
  readonly source_id: number;
  readonly key: string;
  status: number;
  status_reason: string | null;
  status_ms: number | null;
  state: string | null;
  newest_ms: number | null;
  newest_seq: string | null;
  pending: number;
  waiting: number;
  holding: number | null;
  ready_seq: number | null;
  wake_ms: number | null;
  wake_since_ms: number | null;
  last_event_ms: number | null;
  events: number;
  restarts: number;
  restart_log: string;
  fresh: boolean;
  dirty: boolean;
}

/** Rows kept between batches, so that a busy connection is not read again and again. */
const KEPT_ROWS_MAX = 20_000;
const KEPT_STATE_CHARS_MAX = 16 * 2 ** 20;

export class ConnectionRows {
  readonly #byId = new Map<number, ConnectionState>();
  readonly #ids = new Map<string, number>();
  readonly #dirty = new Set<ConnectionState>();
  readonly #selectKey: Statement<ConnectionState, [number, string]>;
  readonly #selectId: Statement<ConnectionState, [number]>;
  readonly #insert: Statement;
  readonly #update: Statement;
  #nextId: number;

  constructor(db: Database) {
    this.#selectKey = db.prepare("SELECT * FROM connections WHERE source_id = ? AND key = ?");
    this.#selectId = db.prepare("SELECT * FROM connections WHERE id = ?");
    this.#insert = db.prepare(
      "INSERT INTO connections (status, status_reason, status_ms, state, newest_ms, newest_seq, pending, waiting, holding, ready_seq, wake_ms, wake_since_ms, last_event_ms, events, restarts, restart_log, id, source_id, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#update = db.prepare(
      "UPDATE connections SET status = ?, status_reason = ?, status_ms = ?, state = ?, newest_ms = ?, newest_seq = ?, pending = ?, waiting = ?, holding = ?, ready_seq = ?, wake_ms = ?, wake_since_ms = ?, last_event_ms = ?, events = ?, restarts = ?, restart_log = ? WHERE id = ?",
    );
    this.#nextId =
      (db.query<{ id: number | null }, []>("SELECT max(id) AS id FROM connections").get()?.id ??
        0) + 1;
  }

  /** The connection of this name, made on first sight. Mark it with `touch` when changed. */
  named(sourceId: number, given: string): ConnectionState {
    // As the file would keep it: half a character becomes a replacement mark, and two such keys the same.
    const key = given.toWellFormed();
    const name = `${sourceId}\u0000${key}`;
    const id = this.#ids.get(name);
    const kept = id === undefined ? undefined : this.#byId.get(id);
    if (kept !== undefined) return kept;
    const row = this.#selectKey.get(sourceId, key) ?? this.#fresh(sourceId, key);
    return this.#keep(row);
  }

  numbered(id: number): ConnectionState | null {
    const kept = this.#byId.get(id);
    if (kept !== undefined) return kept;
    const row = this.#selectId.get(id);
    return row === null ? null : this.#keep(row);
  }

  touch(row: ConnectionState): void {
    row.dirty = true;
    this.#dirty.add(row);
  }

  flush(): void {
    for (const row of this.#dirty) this.#write(row);
    this.#dirty.clear();
    this.#shrink();
  }

  #write(row: ConnectionState): void {
    const columns = [
      row.status,
      row.status_reason,
      row.status_ms,
      row.state,
      row.newest_ms,
      row.newest_seq,
      row.pending,
      row.waiting,
      row.holding,
      row.ready_seq,
      row.wake_ms,
      row.wake_since_ms,
      row.last_event_ms,
      row.events,
      row.restarts,
      row.restart_log,
      row.id,
    ];
    if (row.fresh) this.#insert.run(...columns, row.source_id, row.key);
    else this.#update.run(...columns);
    row.fresh = false;
    row.dirty = false;
  }

  #shrink(): void {
    let chars = 0;
    for (const row of this.#byId.values()) chars += row.state?.length ?? 0;
    if (this.#byId.size <= KEPT_ROWS_MAX && chars <= KEPT_STATE_CHARS_MAX) return;
    this.#byId.clear();
    this.#ids.clear();
  }

  #keep(row: ConnectionState): ConnectionState {
    row.dirty ??= false;
    row.fresh ??= false;
    this.#byId.set(row.id, row);
    this.#ids.set(`${row.source_id}\u0000${row.key}`, row.id);
    return row;
  }

  #fresh(source_id: number, key: string): ConnectionState {
    return {
      id: this.#nextId++,
      source_id,
      key,
      status: CONNECTION.active,
      status_reason: null,
      status_ms: null,
      state: null,
      newest_ms: null,
      newest_seq: null,
      pending: 0,
      waiting: 0,
      holding: null,
      ready_seq: null,
      wake_ms: null,
      wake_since_ms: null,
      last_event_ms: null,
      events: 0,
      restarts: 0,
      restart_log: "[]",
      fresh: true,
      dirty: false,
    };
  }
}

export function newestOf(row: { newest_ms: number | null; newest_seq: string | null }): Newest {
  return { occurredAt: row.newest_ms, sequence: parseSequence(row.newest_seq) };
}

export function parseSequence(text: string | null): number | string | null {
  return text === null ? null : (JSON.parse(text) as number | string);
}

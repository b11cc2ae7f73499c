import type { Statement } from "bun:sqlite";
import { eventId, type Seq, seq } from "../../base/ids.ts";
import type { ConnectionRef } from "../facts.ts";
import type { ConnectionView, LoadedEvent, Unit, WorkItem } from "../journal.ts";
import { connectionStatusName } from "../projection/codes.ts";
import { newestOf } from "../projection/connections.ts";
import { Entries, requestOf } from "./log-entry.ts";
import type { Statements } from "./statements.ts";

interface WorkRow {
  readonly position: number;
  readonly event_seq: number;
  readonly counted: number;
  readonly attempts: number;
  readonly due_ms: number | null;
  readonly since_ms: number | null;
}
interface ConnectionFound {
  readonly id: number;
  readonly status: number;
  readonly state: string | null;
  readonly newest_ms: number | null;
  readonly newest_seq: string | null;
  readonly restart_log: string;
}
interface UnitRow extends WorkRow {
  readonly source: string;
  readonly key: string | null;
  readonly at: number;
}

const NOTHING_KNOWN = { occurredAt: null, sequence: null } as const;

/** What the mailboxes read, synchronously, on a thread that may wait for the disk. */
export class MailboxReader {
  readonly #log: Statements;
  readonly #applied: Statement<{ value: string }, []>;
  readonly #connection: Statement<ConnectionFound, [string, string]>;
  readonly #waiting: Statement<WorkRow, [number, number, number]>;
  readonly #ready: Statement<UnitRow, [number, number, number, number, number]>;
  readonly #due: Statement<UnitRow, [number, number]>;
  readonly #steps: Statement<{ name: string; result: string }, [number]>;

  constructor(index: Statements, log: Statements) {
    this.#log = log;
    this.#applied = index.of("SELECT value FROM meta WHERE name = 'applied'");
    this.#connection = index.of(
      "SELECT id, status, state, newest_ms, newest_seq, restart_log FROM connections WHERE source_id = (SELECT id FROM sources WHERE name = ?) AND key = ?",
    );
    this.#waiting = index.of(
      "SELECT position, event_seq, counted, attempts, due_ms, since_ms FROM work WHERE connection_id = ? AND position > ? ORDER BY position LIMIT ?",
    );
    this.#ready = index.of(READY);
    this.#due = index.of(DUE);
    this.#steps = index.of("SELECT name, result FROM steps WHERE position = ? ORDER BY rowid");
  }

  /** How far this connection's next reads see. Asked first: what follows sees at least as much. */
  applied(): Seq {
    return seq(Number(this.#applied.get()?.value ?? 0));
  }

  view(refs: readonly ConnectionRef[], limit: number): ConnectionView[] {
    const upTo = this.applied();
    return refs.map((ref) => this.#view(ref, limit, upTo));
  }

  waiting(
    ref: ConnectionRef,
    after: Seq,
    limit: number,
  ): { items: WorkItem[]; more: boolean; upTo: Seq } {
    const upTo = this.applied();
    const found = this.#connection.get(ref.source, ref.key);
    if (found === null) return { items: [], more: false, upTo };
    return { ...this.#items(found.id, after, limit), upTo };
  }

  ready(after: Seq, limit: number): { units: Unit[]; upTo: Seq } {
    const upTo = this.applied();
    return { units: this.#ready.all(after, limit, after, limit, limit).map(unit), upTo };
  }

  due(now: number, limit: number): Unit[] {
    return this.#due.all(now, limit).map((row) => unit({ ...row, at: row.position }));
  }

  load(items: readonly { readonly event: Seq; readonly position: Seq }[]): LoadedEvent[] {
    const loaded: LoadedEvent[] = [];
    const entries = new Entries(this.#log, "bodies");
    for (const item of items) {
      const found = entries.at(item.event);
      if (found === null || found.entry === null) continue;
      const { row, entry, fact, body } = found;
      loaded.push({
        id: eventId(item.event, row.run),
        seq: item.event,
        source: entry.source,
        fact: { ...fact, origin: entry.origin, receivedAt: row.at_ms, trace: entry.trace },
        request: requestOf(found),
        body,
        steps: this.#steps.all(item.position).map((step) => [step.name, step.result] as const),
      });
    }
    return loaded;
  }

  #view(ref: ConnectionRef, limit: number, upTo: Seq): ConnectionView {
    const found = this.#connection.get(ref.source, ref.key);
    if (found === null)
      return {
        status: "active",
        state: null,
        newest: NOTHING_KNOWN,
        restarts: [],
        items: [],
        more: false,
        upTo,
      };
    return {
      status: connectionStatusName(found.status),
      state: found.state,
      newest: newestOf(found),
      restarts: JSON.parse(found.restart_log) as number[],
      ...this.#items(found.id, seq(0), limit),
      upTo,
    };
  }

  #items(connectionId: number, after: Seq, limit: number): { items: WorkItem[]; more: boolean } {
    const rows = this.#waiting.all(connectionId, after, limit + 1);
    return { items: rows.slice(0, limit).map(workItem), more: rows.length > limit };
  }
}

/** Two ordered halves, connections and events that stand alone, each cut before they are merged. */
const READY = `
  SELECT * FROM (
    SELECT * FROM (
      SELECT s.name AS source, c.key AS key, c.ready_seq AS at, 0 AS position, 0 AS event_seq, 0 AS counted, 0 AS attempts, NULL AS due_ms, NULL AS since_ms
      FROM connections c JOIN sources s ON s.id = c.source_id
      WHERE c.ready_seq IS NOT NULL AND c.ready_seq > ? ORDER BY c.ready_seq LIMIT ?)
    UNION ALL
    SELECT * FROM (
      SELECT s.name AS source, NULL AS key, w.position AS at, w.position, w.event_seq, w.counted, w.attempts, w.due_ms, w.since_ms
      FROM work w JOIN sources s ON s.id = w.source_id
      WHERE w.connection_id IS NULL AND w.due_ms IS NULL AND w.position > ? ORDER BY w.position LIMIT ?)
  ) ORDER BY at LIMIT ?`;

/** Whose time has come, and, hardly ever any, whose wait began later than it is now: the clock went back. */
const DUE = `
  SELECT * FROM (
    SELECT * FROM (
      SELECT s.name AS source, c.key AS key, c.wake_ms AS at, coalesce(c.ready_seq, 0) AS position, 0 AS event_seq, 0 AS counted, 0 AS attempts, NULL AS due_ms, NULL AS since_ms
      FROM connections c JOIN sources s ON s.id = c.source_id
      WHERE c.wake_ms IS NOT NULL AND c.wake_ms <= ?1 ORDER BY c.wake_ms LIMIT ?2)
    UNION ALL
    SELECT * FROM (
      SELECT s.name AS source, c.key AS key, c.wake_ms AS at, coalesce(c.ready_seq, 0) AS position, 0 AS event_seq, 0 AS counted, 0 AS attempts, NULL AS due_ms, NULL AS since_ms
      FROM connections c JOIN sources s ON s.id = c.source_id
      WHERE c.wake_since_ms IS NOT NULL AND c.wake_since_ms > ?1 AND +c.wake_ms > ?1 ORDER BY c.wake_since_ms LIMIT ?2)
    UNION ALL
    SELECT * FROM (
      SELECT s.name AS source, NULL AS key, w.due_ms AS at, w.position, w.event_seq, w.counted, w.attempts, w.due_ms, w.since_ms
      FROM work w JOIN sources s ON s.id = w.source_id
      WHERE w.connection_id IS NULL AND w.due_ms IS NOT NULL AND w.due_ms <= ?1 ORDER BY w.due_ms LIMIT ?2)
    UNION ALL
    SELECT * FROM (
      SELECT s.name AS source, NULL AS key, w.due_ms AS at, w.position, w.event_seq, w.counted, w.attempts, w.due_ms, w.since_ms
      FROM work w JOIN sources s ON s.id = w.source_id
      WHERE w.connection_id IS NULL AND w.since_ms IS NOT NULL AND w.since_ms > ?1 AND +w.due_ms > ?1 ORDER BY w.since_ms LIMIT ?2)
  ) ORDER BY at LIMIT ?2`;

function workItem(row: WorkRow): WorkItem {
  return {
    position: seq(row.position),
    event: seq(row.event_seq),
    counted: row.counted,
    attempts: row.attempts,
    dueAt: row.due_ms,
    waitingSince: row.since_ms,
  };
}

function unit(row: UnitRow): Unit {
  const readySeq = seq(row.at);
  if (row.key === null) return { kind: "alone", source: row.source, item: workItem(row), readySeq };
  return { kind: "connection", ref: { source: row.source, key: row.key }, readySeq };
}

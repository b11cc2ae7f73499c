import type { Clock } from "../../base/clock.ts";
import { eventId, seq } from "../../base/ids.ts";
import type { ConnectionRef, ConnectionStatus, ReplayJob, StoredKey } from "../facts.ts";
import { ReadRefused } from "../journal.ts";
import { CONNECTION, connectionStatusName } from "../projection/codes.ts";
import type { ConnectionRow, Page, SourceRow } from "../rows.ts";
import { nextTry } from "./event-row.ts";
import type { Statements } from "./statements.ts";

interface Row {
  readonly id: number;
  readonly source: string;
  readonly key: string;
  readonly status: number;
  readonly status_reason: string | null;
  readonly status_ms: number | null;
  readonly state: string | null;
  readonly pending: number;
  readonly last_event_ms: number | null;
  readonly expect_by: number | null;
  readonly restarts: number;
  readonly events: number;
}
interface Head {
  readonly seq: number;
  readonly run: number;
  readonly attempts: number;
  readonly due_ms: number | null;
  readonly since_ms: number | null;
}

const SELECT =
  "SELECT c.*, s.name AS source, (SELECT by_ms FROM deadlines d WHERE d.source_id = c.source_id AND d.key = c.key) AS expect_by FROM connections c JOIN sources s ON s.id = c.source_id";
const HEAD =
  "SELECT e.seq, e.run, w.attempts, w.due_ms, w.since_ms FROM work w JOIN events e ON e.seq = w.event_seq WHERE w.connection_id = ? ORDER BY w.position LIMIT 1";

/** Connections, sources, keys and replay jobs as operators read them. */
export class ConnectionReader {
  readonly #index: Statements;
  readonly #clock: Clock;

  constructor(index: Statements, clock: Clock) {
    this.#index = index;
    this.#clock = clock;
  }

  /** The connection first seen last comes first. */
  connections(
    filter: { source?: string; status?: ConnectionStatus; q?: string },
    page: { limit: number; cursor: string | null },
  ): Page<ConnectionRow> {
    const parts = ["c.id < ?"];
    const values: (string | number)[] = [
      page.cursor === null ? Number.MAX_SAFE_INTEGER : cursorId(page.cursor),
    ];
    if (filter.source !== undefined) {
      parts.push("c.source_id = (SELECT id FROM sources WHERE name = ?)");
      values.push(filter.source);
    }
    if (filter.status !== undefined) parts.push(`c.status = ${CONNECTION[filter.status]}`);
    if (filter.q !== undefined && filter.q !== "") {
      parts.push("instr(lower(c.key), lower(?)) > 0");
      values.push(filter.q);
    }
    const sql = `${SELECT} WHERE ${parts.join(" AND ")} ORDER BY c.id DESC LIMIT ?`;
    const rows = this.#index.of<Row, (string | number)[]>(sql).all(...values, page.limit + 1);
    const shown = rows.slice(0, page.limit);
    const nextCursor = rows.length > page.limit ? String(shown.at(-1)?.id ?? 0) : null;
    return { rows: shown.map((row) => this.#row(row)), nextCursor };
  }

  connection(ref: ConnectionRef): ConnectionRow | null {
    const sql = `${SELECT} WHERE s.name = ? AND c.key = ?`;
    const row = this.#index.of<Row, [string, string]>(sql).get(ref.source, ref.key);
    return row === null ? null : this.#row(row);
  }

  sources(): SourceRow[] {
    const rows = this.#index
      .of<SourceRow & { id: number; name: string; last_event_ms: number | null }, []>(
        "SELECT * FROM sources ORDER BY name",
      )
      .all();
    const secrets = this.#index.of<{ fingerprint: string; lastUsedAt: number }, [number]>(
      "SELECT fingerprint, last_used_ms AS lastUsedAt FROM secrets WHERE source_id = ? ORDER BY last_used_ms DESC",
    );
    return rows.map(
      ({ id, name, received, duplicates, pending, completed, skipped, failed, last_event_ms }) => ({
        source: name,
        received,
        duplicates,
        pending,
        completed,
        skipped,
        failed,
        lastEventAt: last_event_ms,
        secrets: secrets.all(id),
      }),
    );
  }

  keys(): StoredKey[] {
    return this.#index
      .of<{ key: string }, []>("SELECT key FROM keys ORDER BY id")
      .all()
      .map((row) => JSON.parse(row.key) as StoredKey);
  }

  jobs(page: { limit: number; cursor: string | null }): Page<{ id: string; job: ReplayJob }> {
    const below = page.cursor === null ? Number.MAX_SAFE_INTEGER : cursorId(page.cursor);
    const rows = this.#index
      .of<{ rowid: number; id: string; job: string }, [number, number]>(
        "SELECT rowid, id, job FROM jobs WHERE rowid < ? ORDER BY rowid DESC LIMIT ?",
      )
      .all(below, page.limit + 1);
    const shown = rows.slice(0, page.limit);
    return {
      rows: shown.map((row) => ({ id: row.id, job: JSON.parse(row.job) as ReplayJob })),
      nextCursor: rows.length > page.limit ? String(shown.at(-1)?.rowid ?? 0) : null,
    };
  }

  job(id: string): ReplayJob | null {
    const row = this.#index
      .of<{ job: string }, [string]>("SELECT job FROM jobs WHERE id = ?")
      .get(id);
    return row === null ? null : (JSON.parse(row.job) as ReplayJob);
  }

  runningJobs(): { id: string; job: ReplayJob }[] {
    return this.#index
      .of<{ id: string; job: string }, []>(
        "SELECT id, job FROM jobs WHERE job ->> '$.status' = 'running' ORDER BY rowid",
      )
      .all()
      .map((row) => ({ id: row.id, job: JSON.parse(row.job) as ReplayJob }));
  }

  #row(row: Row): ConnectionRow {
    const head = row.pending === 0 ? null : this.#index.of<Head, [number]>(HEAD).get(row.id);
    return {
      source: row.source,
      key: row.key,
      status: connectionStatusName(row.status),
      statusReason: row.status_reason,
      statusAt: row.status_ms,
      state: row.state,
      mailboxDepth: row.pending,
      lastEventAt: row.last_event_ms,
      expectBy: row.expect_by,
      head:
        head === null
          ? null
          : {
              id: eventId(seq(head.seq), head.run),
              seq: seq(head.seq),
              attempts: head.attempts,
              nextAttemptAt: nextTry(head.due_ms, head.since_ms, this.#clock.now()),
            },
      restarts: row.restarts,
      events: row.events,
    };
  }
}

function cursorId(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor))
    throw new ReadRefused(
      "bad_cursor",
      `"${cursor.slice(0, 40)}" is no cursor of this list; leave it out to start from the newest.`,
    );
  return Number(cursor);
}

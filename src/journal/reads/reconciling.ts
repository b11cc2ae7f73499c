import type { ErrorFact } from "../facts.ts";
import { ReadRefused } from "../journal.ts";
import type {
  DeadlineRow,
  HealedRow,
  ReconcileState,
  SweepId,
  SweepReason,
  SweepRow,
} from "../reconciling.ts";
import type { Page } from "../rows.ts";
import type { Statements } from "./statements.ts";

interface StoredSweep {
  readonly id: number;
  readonly name: SweepId;
  readonly source: string;
  readonly why: SweepReason;
  readonly connection: string | null;
  readonly phase: SweepRow["phase"];
  readonly started_ms: number;
  readonly finished_ms: number | null;
  readonly from_ms: number | null;
  readonly to_ms: number;
  readonly found: number;
  readonly calls: number;
  readonly recovered: number;
  readonly missing_ms_max: number;
  readonly missing_ms_sum: number;
  readonly error: string | null;
}

const HEALED_ROWS = 100;
const SWEEP =
  "SELECT w.*, s.name AS source FROM sweeps w LEFT JOIN sources s ON s.id = w.source_id";
const DEADLINE =
  "SELECT s.name AS source, d.key, d.by_ms AS by, d.misses, c.last_event_ms AS lastEventAt FROM deadlines d LEFT JOIN sources s ON s.id = d.source_id LEFT JOIN connections c ON c.source_id = d.source_id AND c.key = d.key";
const SOURCE = "(SELECT id FROM sources WHERE name = ?)";

/** Sweeps, snapshots and deadlines as operators and the reconciler read them. */
export class ReconcileReader {
  readonly #index: Statements;

  constructor(index: Statements) {
    this.#index = index;
  }

  sweeps(
    filter: { source?: string; connection?: string; recovered?: boolean },
    page: { limit: number; cursor: string | null },
  ): Page<SweepRow> {
    const parts = ["w.id < ?"];
    const values: (string | number)[] = [below(page.cursor)];
    if (filter.source !== undefined) {
      parts.push(`w.source_id = ${SOURCE}`);
      values.push(filter.source);
    }
    if (filter.connection !== undefined) {
      parts.push("w.connection = ?");
      values.push(filter.connection);
    }
    if (filter.recovered !== undefined) parts.push(`w.recovered ${filter.recovered ? ">" : "="} 0`);
    const rows = this.#index
      .of<StoredSweep, (string | number)[]>(
        `${SWEEP} WHERE ${parts.join(" AND ")} ORDER BY w.id DESC LIMIT ?`,
      )
      .all(...values, page.limit + 1);
    const shown = rows.slice(0, page.limit);
    const nextCursor = rows.length > page.limit ? String(shown.at(-1)?.id ?? 0) : null;
    return { rows: shown.map(sweepRow), nextCursor };
  }

  sweep(id: SweepId): SweepRow | null {
    const row = this.#index.of<StoredSweep, [string]>(`${SWEEP} WHERE w.name = ?`).get(id);
    return row === null ? null : sweepRow(row);
  }

  healed(sweep: SweepId): HealedRow[] {
    return this.#index
      .of<HealedRow, [string, number]>(
        "SELECT c.key AS connection, h.recovered, h.missing_ms_max AS missingMsMax FROM healed h LEFT JOIN connections c ON c.id = h.connection_id WHERE h.sweep_id = (SELECT id FROM sweeps WHERE name = ?) ORDER BY h.recovered DESC, h.connection_id LIMIT ?",
      )
      .all(sweep, HEALED_ROWS);
  }

  reconcileState(source: string): ReconcileState {
    const row = this.#index
      .of<
        { cursor: string | null; swept_ms: number | null; last: number | null; recovered: number },
        [string]
      >(
        `SELECT cursor, swept_ms, last_sweep_id AS last, recovered FROM reconciled WHERE source_id = ${SOURCE}`,
      )
      .get(source);
    const last = this.#index
      .of<StoredSweep, [number]>(`${SWEEP} WHERE w.id = ?`)
      .get(row?.last ?? 0);
    return {
      source,
      cursor: row?.cursor ?? null,
      lastSweptAt: row?.swept_ms ?? null,
      lastSweep: last === null ? null : sweepRow(last),
      recovered: row?.recovered ?? 0,
    };
  }

  snapshots(source: string, keys: readonly string[]): (string | null)[] {
    const one = this.#index.of<{ snapshot: string }, [string, string]>(
      `SELECT snapshot FROM snapshots WHERE source_id = ${SOURCE} AND key = ?`,
    );
    return keys.map((key) => one.get(source, key.toWellFormed())?.snapshot ?? null);
  }

  snapshotKeys(source: string, after: string, limit: number): string[] {
    return this.#index
      .of<{ key: string }, [string, string, number]>(
        `SELECT key FROM snapshots WHERE source_id = ${SOURCE} AND key > ? ORDER BY key LIMIT ?`,
      )
      .all(source, after, limit)
      .map(({ key }) => key);
  }

  overdue(source: string, now: number, limit: number): DeadlineRow[] {
    return this.#index
      .of<DeadlineRow, [string, number, number]>(
        `${DEADLINE} WHERE d.source_id = ${SOURCE} AND d.by_ms IS NOT NULL AND d.by_ms <= ? ORDER BY d.by_ms LIMIT ?`,
      )
      .all(source, now, limit);
  }

  unexpected(
    source: string,
    after: number,
    limit: number,
  ): { number: number; key: string; lastEventAt: number | null }[] {
    return this.#index
      .of<{ number: number; key: string; lastEventAt: number | null }, [number, string, number]>(
        `SELECT c.id AS number, c.key, c.last_event_ms AS lastEventAt FROM connections c WHERE c.id > ? AND +c.source_id = ${SOURCE} AND NOT EXISTS (SELECT 1 FROM deadlines d WHERE d.source_id = c.source_id AND d.key = c.key) ORDER BY c.id LIMIT ?`,
      )
      .all(after, source, limit);
  }

  deadline(source: string, key: string): DeadlineRow | null {
    return this.#index
      .of<DeadlineRow, [string, string]>(
        `${DEADLINE} WHERE d.source_id = ${SOURCE} AND d.key = ? AND d.by_ms IS NOT NULL`,
      )
      .get(source, key.toWellFormed());
  }

  nextDeadline(source: string): number | null {
    const first = this.#index
      .of<{ by_ms: number }, [string]>(
        `SELECT by_ms FROM deadlines WHERE source_id = ${SOURCE} AND by_ms IS NOT NULL ORDER BY by_ms LIMIT 1`,
      )
      .get(source);
    return first?.by_ms ?? null;
  }
}

function sweepRow(row: StoredSweep): SweepRow {
  return {
    id: row.name,
    source: row.source,
    why: row.why,
    connection: row.connection,
    phase: row.phase,
    startedAt: row.started_ms,
    finishedAt: row.finished_ms,
    from: row.from_ms,
    to: row.to_ms,
    found: row.found,
    calls: row.calls,
    recovered: row.recovered,
    missingMsMax: row.missing_ms_max,
    missingMsSum: row.missing_ms_sum,
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorFact),
  };
}

function below(cursor: string | null): number {
  if (cursor === null) return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,15}$/.test(cursor))
    throw new ReadRefused(
      "bad_cursor",
      `"${cursor.slice(0, 40)}" is no cursor of this list; leave it out to start from the newest.`,
    );
  return Number(cursor);
}

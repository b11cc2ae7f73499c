import type { Database, Statement } from "bun:sqlite";
import type { SweepId } from "../reconciling.ts";

/** One sweep as the projection keeps it; see the table for what each column means. */
export interface SweepState {
  readonly id: number;
  readonly name: SweepId;
  readonly source_id: number;
  why: string;
  connection: string | null;
  phase: string;
  started_ms: number;
  finished_ms: number | null;
  from_ms: number | null;
  to_ms: number;
  found: number;
  calls: number;
  recovered: number;
  missing_ms_max: number;
  missing_ms_sum: number;
  error: string | null;
}

export interface ReconciledState {
  readonly source_id: number;
  cursor: string | null;
  swept_ms: number | null;
  last_sweep_id: number | null;
  recovered: number;
}

interface Healed {
  readonly sweep: number;
  readonly connection: number;
  recovered: number;
  missingMsMax: number;
}

/** Sweeps, what they healed, and how far each source is: changed in memory, written once a batch. */
export class ReconciledRows {
  readonly #sweeps = new Map<string, SweepState>();
  readonly #healed = new Map<string, Healed>();
  readonly #sources = new Map<number, ReconciledState>();
  readonly #selectSweep: Statement<SweepState, [string]>;
  readonly #writeSweep: Statement;
  readonly #selectSource: Statement<ReconciledState, [number]>;
  readonly #writeSource: Statement;
  readonly #addHealed: Statement;
  readonly #putSnapshot: Statement;
  readonly #dropSnapshot: Statement;
  readonly #putDeadline: Statement;
  #nextId: number;

  constructor(db: Database) {
    this.#selectSweep = db.prepare("SELECT * FROM sweeps WHERE name = ?");
    this.#writeSweep = db.prepare(
      "INSERT OR REPLACE INTO sweeps (id, name, source_id, why, connection, phase, started_ms, finished_ms, from_ms, to_ms, found, calls, recovered, missing_ms_max, missing_ms_sum, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#selectSource = db.prepare("SELECT * FROM reconciled WHERE source_id = ?");
    this.#writeSource = db.prepare(
      "INSERT OR REPLACE INTO reconciled (source_id, cursor, swept_ms, last_sweep_id, recovered) VALUES (?, ?, ?, ?, ?)",
    );
    this.#addHealed = db.prepare(
      "INSERT INTO healed (sweep_id, connection_id, recovered, missing_ms_max) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET recovered = recovered + excluded.recovered, missing_ms_max = max(missing_ms_max, excluded.missing_ms_max)",
    );
    this.#putSnapshot = db.prepare(
      "INSERT INTO snapshots (source_id, key, snapshot) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET snapshot = excluded.snapshot",
    );
    this.#dropSnapshot = db.prepare("DELETE FROM snapshots WHERE source_id = ? AND key = ?");
    this.#putDeadline = db.prepare(
      "INSERT INTO deadlines (source_id, key, by_ms, misses) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET by_ms = excluded.by_ms, misses = excluded.misses",
    );
    const last = db.query<{ id: number | null }, []>("SELECT max(id) AS id FROM sweeps").get();
    this.#nextId = (last?.id ?? 0) + 1;
  }

  /** The sweep of this name, made on first sight: what its first page brought comes before word of it. */
  sweep(name: SweepId, sourceId: number, atMs: number): SweepState {
    const held = this.#sweeps.get(name);
    if (held !== undefined) return held;
    const row = this.#selectSweep.get(name) ?? newSweep(this.#nextId++, name, sourceId, atMs);
    this.#sweeps.set(name, row);
    return row;
  }

  source(sourceId: number): ReconciledState {
    const held = this.#sources.get(sourceId);
    if (held !== undefined) return held;
    const row = this.#selectSource.get(sourceId) ?? {
      source_id: sourceId,
      cursor: null,
      swept_ms: null,
      last_sweep_id: null,
      recovered: 0,
    };
    this.#sources.set(sourceId, row);
    return row;
  }

  /** A sweep brought an event that nothing had brought before. `missingMs`: `null` when it is not known. */
  recovered(sweep: SweepState, connectionId: number | null, missingMs: number | null): void {
    const missing = missingMs ?? 0;
    sweep.recovered++;
    sweep.missing_ms_sum += missing;
    sweep.missing_ms_max = Math.max(sweep.missing_ms_max, missing);
    this.source(sweep.source_id).recovered++;
    const connection = connectionId ?? 0;
    const name = `${sweep.id}/${connection}`;
    const healed = this.#healed.get(name);
    if (healed === undefined)
      this.#healed.set(name, { sweep: sweep.id, connection, recovered: 1, missingMsMax: missing });
    else {
      healed.recovered++;
      healed.missingMsMax = Math.max(healed.missingMsMax, missing);
    }
  }

  putSnapshot(sourceId: number, key: string, snapshot: string | null): void {
    if (snapshot === null) this.#dropSnapshot.run(sourceId, key.toWellFormed());
    else this.#putSnapshot.run(sourceId, key.toWellFormed(), snapshot);
  }

  putDeadline(sourceId: number, key: string, byMs: number | null, misses: number): void {
    this.#putDeadline.run(sourceId, key.toWellFormed(), byMs, misses);
  }

  flush(): void {
    for (const row of this.#sweeps.values()) this.#write(row);
    for (const row of this.#sources.values())
      this.#writeSource.run(
        row.source_id,
        row.cursor,
        row.swept_ms,
        row.last_sweep_id,
        row.recovered,
      );
    for (const { sweep, connection, recovered, missingMsMax } of this.#healed.values())
      this.#addHealed.run(sweep, connection, recovered, missingMsMax);
    this.#sweeps.clear();
    this.#sources.clear();
    this.#healed.clear();
  }

  #write(row: SweepState): void {
    this.#writeSweep.run(
      row.id,
      row.name,
      row.source_id,
      row.why,
      row.connection,
      row.phase,
      row.started_ms,
      row.finished_ms,
      row.from_ms,
      row.to_ms,
      row.found,
      row.calls,
      row.recovered,
      row.missing_ms_max,
      row.missing_ms_sum,
      row.error,
    );
  }
}

function newSweep(id: number, name: SweepId, sourceId: number, atMs: number): SweepState {
  return {
    id,
    name,
    source_id: sourceId,
    why: "schedule",
    connection: null,
    phase: "page",
    started_ms: atMs,
    finished_ms: null,
    from_ms: null,
    to_ms: atMs,
    found: 0,
    calls: 0,
    recovered: 0,
    missing_ms_max: 0,
    missing_ms_sum: 0,
    error: null,
  };
}

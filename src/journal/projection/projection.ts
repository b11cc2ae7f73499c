import type { Database, Statement } from "bun:sqlite";
import { Checkpoints } from "../checkpoints.ts";
import { type DuplicateEntry, KIND, type RequestEntry } from "../entries.ts";
import type { Fact } from "../facts.ts";
import { applyAttempted, applyDuplicate, applyRequest, applySettled } from "./apply.ts";
import { applyConnection } from "./apply-connection.ts";
import { applyReconciling } from "./apply-reconciling.ts";
import { applyReplayed } from "./apply-replayed.ts";
import { applySending } from "./apply-sending.ts";
import type { LogRow } from "./log-row.ts";
import { Tables } from "./tables.ts";

const BATCH_CHARS_MAX = 8 * 2 ** 20;
const CHECKPOINT_PAGES = 4_000;

/**
 * Brings the projection forward along the log; a rebuild is the same from the beginning. How far it has come is part of
 * each batch's transaction: a crash at any moment leaves a projection of some prefix of the log.
 */
export class Projection {
  readonly #db: Database;
  readonly #rows: Statement<LogRow, [number, number]>;
  readonly #mark: Statement;
  readonly #checkpoints: Checkpoints;
  #tables: Tables;
  #applied: number;
  #entriesSinceCheckpoint = 0;

  constructor(db: Database, log: Database) {
    this.#db = db;
    this.#tables = new Tables(db);
    this.#rows = log.prepare(
      "SELECT seq, kind, run, at_ms, width, fact, links, length(body) AS bytes FROM log WHERE seq > ? ORDER BY seq LIMIT ?",
    );
    this.#mark = db.prepare(
      "INSERT INTO meta (name, value) VALUES ('applied', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    );
    this.#checkpoints = new Checkpoints(db);
    this.#applied = Number(
      db.query<{ value: string }, []>("SELECT value FROM meta WHERE name = 'applied'").get()
        ?.value ?? 0,
    );
  }

  /** Every place of the log up to here is in the projection. */
  get applied(): number {
    return this.#applied;
  }

  /** Applies up to `limit` entries in one transaction; returns how many there were. Throws SQLite's errors, with nothing applied. */
  step(limit: number): number {
    let entries = 0;
    let chars = 0;
    let applied = this.#applied;
    this.#db.run("BEGIN IMMEDIATE");
    try {
      for (const row of this.#rows.iterate(this.#applied, limit)) {
        this.#apply(row);
        applied = row.seq + row.width - 1;
        entries++;
        chars += row.fact.length;
        if (chars > BATCH_CHARS_MAX) break;
      }
      this.#tables.flush();
      if (entries > 0) this.#mark.run(String(applied));
      this.#db.run("COMMIT");
    } catch (error) {
      this.#forget();
      throw error;
    }
    this.#applied = applied;
    this.#entriesSinceCheckpoint += entries;
    return entries;
  }

  checkpointIfDue(): void {
    if (this.#entriesSinceCheckpoint < CHECKPOINT_PAGES) return;
    this.#entriesSinceCheckpoint = 0;
    this.#checkpoints.run();
  }

  #apply(row: LogRow): void {
    const body: unknown = JSON.parse(row.fact);
    if (row.kind === KIND.request) applyRequest(row, body as RequestEntry, this.#tables);
    else if (row.kind === KIND.duplicate) applyDuplicate(body as DuplicateEntry, this.#tables);
    else if (row.kind !== KIND.started && row.kind !== KIND.stopped)
      this.#applyFact(row, body as Fact);
  }

  #applyFact(row: LogRow, fact: Fact): void {
    switch (fact.kind) {
      case "settled":
        return applySettled(row, fact, this.#tables);
      case "attempted":
        return applyAttempted(row, fact, this.#tables);
      case "stepped":
        return this.#tables.step(fact.position, fact.name, fact.result, row.at_ms);
      case "replayed":
        return applyReplayed(row, fact, this.#tables);
      case "paused":
      case "resumed":
      case "halted":
      case "restarted":
      case "retried":
        return applyConnection(row, fact, this.#tables);
      case "job":
        return this.#tables.putJob(fact.id, fact.job);
      case "key_created":
        return this.#tables.putKey(fact.key);
      case "key_revoked":
        return this.#tables.dropKey(fact.id);
      case "secret_used":
        return this.#tables.sources.secretUsed(
          this.#tables.sources.named(fact.source),
          fact.fingerprint,
          row.at_ms,
        );
      case "swept":
      case "snapshot":
      case "expected":
        return applyReconciling(row, fact, this.#tables);
      case "acted":
        return this.#tables.audited.add(row.seq, row.at_ms, fact);
      default:
        applySending(row, fact, this.#tables);
    }
  }

  /** After a failed batch, memory may be ahead of the file: read everything again. */
  #forget(): void {
    if (this.#db.inTransaction) this.#db.run("ROLLBACK");
    this.#tables = new Tables(this.#db);
  }
}

import { Database } from "bun:sqlite";
import type { Clock } from "../../src/base/clock.ts";
import { seq } from "../../src/base/ids.ts";
import { unpackBatch } from "../../src/journal/batch.ts";
import { DedupeIndex } from "../../src/journal/dedupe.ts";
import { GroupCommit } from "../../src/journal/group-commit.ts";
import { LOG_MIGRATIONS } from "../../src/journal/log.ts";
import { LogWriter } from "../../src/journal/log-writer.ts";
import { Projection } from "../../src/journal/projection/projection.ts";
import { TABLES } from "../../src/journal/projection/schema.ts";
import { type AllReads, openReads, type Synchronous } from "../../src/journal/reads/reader.ts";

export const DEDUPE_MS = 30 * 86_400_000;

/**
 * The real journal on one thread and in memory: the same writer, projection and reads that the threads
 * run, with the clock of the test. `stepSize` is how many entries the projection takes at a time.
 */
export class InlineJournal {
  readonly log: Database;
  readonly index: Database;
  readonly writer: LogWriter;
  readonly projection: Projection;
  readonly journal: GroupCommit;
  readonly reads: AllReads;
  readonly now: Synchronous<AllReads>;
  failures: string[] = [];

  constructor(
    clock: Clock,
    options: { run?: number; stepSize?: number; log?: Database; fault?: () => void } = {},
  ) {
    const run = options.run ?? 1;
    this.log = options.log ?? openMemoryLog();
    this.index = openIndex();
    this.projection = new Projection(this.index, this.log);
    this.catchUp(options.stepSize);
    // As the threads do: what is journaled already is found in the projection.
    const dedupe = new DedupeIndex(this.log, this.index, DEDUPE_MS);
    while (!dedupe.fillFilter());
    this.writer = new LogWriter(this.log, dedupe, run);
    this.journal = new GroupCommit({
      port: {
        commit: async (batch) => {
          options.fault?.();
          unpackBatch(batch);
          dedupe.applied(this.projection.applied);
          return this.writer.commit(batch);
        },
      },
      clock,
      run,
      head: seq(this.writer.head),
      lag: () => 0,
      onFailure: (detail) => this.failures.push(detail),
    });
    this.now = openReads(this.index, this.log, clock);
    this.reads = this.#asynchronous(options.stepSize);
  }

  /** Applies everything that is in the log. */
  catchUp(stepSize = 4096): void {
    while (this.projection.step(stepSize) > 0);
  }

  #asynchronous(stepSize: number | undefined): AllReads {
    const reads = Object.entries(this.now).map(([name, read]) => [
      name,
      async (...args: never[]) => {
        this.catchUp(stepSize);
        return (read as (...given: never[]) => unknown)(...args);
      },
    ]);
    return Object.fromEntries(reads) as AllReads;
  }
}

/** In memory SQLite answers `memory` for the WAL: the pragmas are those of the files' own test. */
export function openIndex(): Database {
  const db = new Database(":memory:", { strict: true });
  db.run(TABLES);
  return db;
}

export function openMemoryLog(): Database {
  const db = new Database(":memory:", { strict: true });
  for (const migration of LOG_MIGRATIONS) db.run(migration);
  return db;
}

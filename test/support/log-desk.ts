import type { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entry, factEntry, intakeEntry, packBatch } from "../../src/journal/batch.ts";
import { DedupeIndex } from "../../src/journal/dedupe.ts";
import type { Fact, Intake } from "../../src/journal/facts.ts";
import { openLog } from "../../src/journal/log.ts";
import { LogWriter } from "../../src/journal/log-writer.ts";
import { openReader } from "../../src/journal/open.ts";
import { openProjection } from "../../src/journal/projection/open.ts";
import type { Projection } from "../../src/journal/projection/projection.ts";

export const DAY_MS = 86_400_000;

/** Folders of one test file, removed at its end. */
export class Folders {
  readonly #made: string[] = [];

  make(): string {
    const folder = mkdtempSync(join(tmpdir(), "longstop-journal-"));
    this.#made.push(folder);
    return folder;
  }

  remove(): void {
    for (const folder of this.#made) rmSync(folder, { recursive: true, force: true });
  }
}

/** The log and its projection on real files, without threads: the test says when what is applied. */
export class LogDesk {
  readonly db: Database;
  readonly index: Database;
  readonly writer: LogWriter;
  readonly projection: Projection;
  readonly dedupe: DedupeIndex;
  readonly rebuilding: string | null;
  readonly #reader: Database;

  constructor(
    folder: string,
    options: { retentionMs?: number; run?: number; filled?: boolean } = {},
  ) {
    const [logPath, indexPath] = [join(folder, "journal.db"), join(folder, "index.db")];
    this.db = openLog(logPath, "a log").db;
    const opened = openProjection(indexPath, logPath);
    this.rebuilding = opened.rebuilding;
    this.projection = opened.projection;
    this.index = opened.db;
    this.#catchUp();
    this.#reader = openReader(indexPath);
    this.dedupe = new DedupeIndex(this.db, this.#reader, options.retentionMs ?? 30 * DAY_MS);
    while (options.filled !== false && !this.dedupe.fillFilter());
    this.writer = new LogWriter(this.db, this.dedupe, options.run ?? 1);
  }

  /**
   * One batch of requests and facts. Per entry its answer in words: `refused: <code>`, `at 7` for a fact,
   * else one word per event: `new 7`, or `dup 3/1` with the original's place and run.
   */
  commit(...entries: readonly (Intake | Fact)[]): string[] {
    return this.commitEntries(
      entries.map((entry) =>
        "events" in entry && "body" in entry ? intakeEntry(entry) : factEntry(entry),
      ),
    );
  }

  commitEntries(packed: readonly Entry[]): string[] {
    const reply = this.writer.commit(packBatch(packed));
    if (!reply.ok) return packed.map(() => `refused: ${reply.code}`);
    let figure = 0;
    const next = (): number => reply.numbers[figure++] ?? -1;
    return packed.map(({ hashes }) => {
      const place = next();
      if (hashes.length === 0) return `at ${place}`;
      const words = hashes.map((_, index) => {
        const original = next();
        return original === 0 ? `new ${place + index}` : `dup ${original}/${next()}`;
      });
      return words.join(", ");
    });
  }

  /** The projection takes all that is there, and the writer hears of it. */
  apply(): void {
    this.#catchUp();
    this.dedupe.applied(this.projection.applied);
  }

  #catchUp(): void {
    while (this.projection.step(4_096) > 0);
  }

  /** As the threads end: everything is in the files themselves. */
  close(): void {
    this.#reader.close();
    this.index.run("PRAGMA wal_checkpoint(TRUNCATE)");
    this.index.close();
    this.writer.close();
  }
}

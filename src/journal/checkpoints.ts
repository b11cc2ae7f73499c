import type { Database, Statement } from "bun:sqlite";
import { isDiskFull } from "./open.ts";

interface Answer {
  readonly busy: number;
  /** Pages in the WAL, and how many of them are in the file by now. */
  readonly log: number;
  readonly checkpointed: number;
}

/** A WAL that grew to this is not waiting for a lull any more: bytes. As much as is kept of it on disk anyway. */
const RESTART_BYTES = 64 * 2 ** 20;
/** How long readers are waited for, and with them everybody who waits for a commit. */
const RESTART_WAIT_MS = 1_000;

/**
 * Moves pages from the WAL to the file, between commits. Ordinarily it waits for nobody, and the WAL starts
 * over by itself as soon as a commit finds all of it moved and no one reading it. Readers that overlap
 * without a gap would put that off for ever (measured: 223 MiB of WAL for 211 MiB written): then the readers
 * are waited for, boundedly, and if that was in vain again only after as much growth.
 */
export class Checkpoints {
  readonly #db: Database;
  readonly #passive: Statement<Answer, []>;
  readonly #restart: Statement<Answer, []>;
  readonly #restartPages: number;
  readonly #busyMs: number;
  #restartAt: number;

  constructor(db: Database) {
    this.#db = db;
    this.#passive = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
    this.#restart = db.prepare("PRAGMA wal_checkpoint(RESTART)");
    this.#busyMs = number(db, "busy_timeout");
    this.#restartPages = Math.ceil(RESTART_BYTES / number(db, "page_size"));
    this.#restartAt = this.#restartPages;
  }

  /** Throws SQLite's errors but a full disk: without room the WAL stays as it is, complete, and a later one tries again. */
  run(): void {
    try {
      const { log } = this.#passive.get() ?? { log: 0 };
      if (log >= this.#restartAt) this.#startOver(log);
      else if (log < this.#restartPages) this.#restartAt = this.#restartPages;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }

  #startOver(log: number): void {
    this.#db.run(`PRAGMA busy_timeout = ${RESTART_WAIT_MS}`);
    try {
      const inVain = this.#restart.get()?.busy === 1;
      this.#restartAt = (inVain ? log : 0) + this.#restartPages;
    } finally {
      this.#db.run(`PRAGMA busy_timeout = ${this.#busyMs}`);
    }
  }
}

function number(db: Database, pragma: "busy_timeout" | "page_size"): number {
  const row = db.query<Record<string, number>, []>(`PRAGMA ${pragma}`).get();
  return Object.values(row ?? {})[0] ?? 0;
}

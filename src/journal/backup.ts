import type { Result } from "../base/result.ts";

/** A finished backup. */
export interface Backup {
  /** Absolute path of its one file, below the data folder. */
  readonly file: string;
  readonly bytes: number;
  /** Entries of the log in it. */
  readonly entries: number;
  readonly tookMs: number;
  /** Names of older backups that gave way to it. */
  readonly removed: readonly string[];
}

/**
 * `running`: one at a time. `no_room`: it would fill the disk that receiving needs. `failed`: the log or the disk
 * cannot be read or written, or what was written does not prove whole. `closed`: the process is ending.
 */
export interface BackupRefused {
  readonly code: "running" | "no_room" | "failed" | "closed";
  /** A sentence for operators, with what helps. */
  readonly detail: string;
}

export interface Backups {
  /**
   * Writes a copy of the log, with everything that was acknowledged before the call, into the data folder's
   * `backups`, while receiving goes on; it takes its name once it is proven whole. Afterwards only the newest
   * `keep` remain; `null`: all do. Where it is refused nothing is left behind. Never rejects.
   */
  make(keep: number | null): Promise<Result<Backup, BackupRefused>>;
}

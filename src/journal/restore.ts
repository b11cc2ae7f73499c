import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { type ProvenLog, proveLog, UnfitLog } from "./backups/prove.ts";
import { indexFile, lockFile, logFile, syncPath } from "./files.ts";
import { lockInstance } from "./lock.ts";
import { removeProjection } from "./projection/open.ts";

export interface RestoreRefused {
  /** `in_use`: a server runs on the folder. `exists`: it has a journal. `not_found`: no such file. `unfit`: it is no whole log that this version knows. */
  readonly code: "in_use" | "exists" | "not_found" | "unfit" | "failed";
  /** A sentence for operators, with what helps. */
  readonly detail: string;
}

/**
 * Puts a backup in the place of a journal that is gone. It never overwrites: a journal that is there, or what is
 * left of one, is to be moved away by somebody who looked. The copy takes its name once it is proven whole, and
 * where anything fails the folder is as it was. A projection is removed: it may know a time that this log does not.
 */
export function restoreJournal(file: string, dataDir: string): Result<ProvenLog, RestoreRefused> {
  try {
    if (!existsSync(file)) return err(refused("not_found", `There is no file ${file}.`));
    // Before the lock is: a folder that is only mistyped is not to come into being.
    const lives = beside(file, ["-wal", "-journal"]);
    if (lives !== null)
      return err(
        refused(
          "unfit",
          `${lives} stands beside the file: it is a journal that was in use, and without that it is not whole. Restore a file that \`longstop backup\` made.`,
        ),
      );
    mkdirSync(dataDir, { recursive: true });
    const lock = lockInstance(lockFile(dataDir));
    if (lock === null)
      return err(refused("in_use", `A longstop runs on ${dataDir}. Stop it first.`));
    try {
      return place(file, dataDir);
    } finally {
      lock.release();
    }
  } catch (error) {
    return err(refused("failed", `Nothing was restored: ${(error as Error).message}.`));
  }
}

function place(file: string, dataDir: string): Result<ProvenLog, RestoreRefused> {
  const target = logFile(dataDir);
  const there = existsSync(target) ? target : beside(target, ["-wal", "-journal"]);
  if (there !== null)
    return err(
      refused(
        "exists",
        `${there} is there already, and is not overwritten. Move the data folder away (keep it), or name another with --data.`,
      ),
    );
  const copy = join(dataDir, "journal.db.restoring");
  removeFile(copy);
  try {
    copyFileSync(file, copy);
    chmodSync(copy, 0o600);
    const proven = proveLog(copy);
    syncPath(copy);
    removeProjection(indexFile(dataDir));
    renameSync(copy, target);
    syncPath(dataDir);
    return ok(proven);
  } catch (error) {
    removeFile(copy);
    if (!(error instanceof UnfitLog)) throw error;
    return err(refused("unfit", `${file} cannot be restored: ${error.message}.`));
  }
}

const refused = (code: RestoreRefused["code"], detail: string): RestoreRefused => ({
  code,
  detail,
});

/** The first of the files that SQLite keeps beside a database, if one is there. */
const beside = (path: string, suffixes: readonly string[]): string | null =>
  suffixes.map((suffix) => `${path}${suffix}`).find((name) => existsSync(name)) ?? null;

function removeFile(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

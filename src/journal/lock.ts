import { Database } from "bun:sqlite";

/** Held for as long as the process lives; the operating system frees it at any kind of death, also `kill -9`. */
export interface InstanceLock {
  release(): void;
}

/**
 * One process per data folder: an exclusive transaction on a small database of its own, so that the
 * journal's files stay open to backups and to `sqlite3`. `null`: another process holds it.
 */
export function lockInstance(path: string): InstanceLock | null {
  const db = new Database(path, { create: true, readwrite: true });
  try {
    db.run("PRAGMA busy_timeout = 0");
    db.run("PRAGMA locking_mode = EXCLUSIVE");
    db.run("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if ((error as { code?: unknown }).code === "SQLITE_BUSY") return null;
    throw error;
  }
  return { release: () => db.close() };
}

import { closeSync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";

/** What lies in the data folder. The projection may be deleted; the log is everything. */
export const logFile = (dataDir: string): string => join(dataDir, "journal.db");
export const indexFile = (dataDir: string): string => join(dataDir, "index.db");
export const lockFile = (dataDir: string): string => join(dataDir, "longstop.lock");
export const backupsFolder = (dataDir: string): string => join(dataDir, "backups");

/** Syncs a file, or the names in a folder. Never for a database that is open: closing drops this process' locks on it. */
export function syncPath(path: string): void {
  // Windows opens no folders, and keeps names without being asked.
  const handle = attempt(() => openSync(path, "r"));
  if (handle === null) return;
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function attempt(open: () => number): number | null {
  try {
    return open();
  } catch (error) {
    if (process.platform === "win32") return null;
    throw error;
  }
}

import type { Database } from "bun:sqlite";
import { existsSync, rmSync } from "node:fs";
import { logIdentity } from "../log.ts";
import { isDamaged, NewerFile, openReader, openWriter, userVersion } from "../open.ts";
import { Projection } from "./projection.ts";
import { SCHEMA, VERSION } from "./schema.ts";

export interface OpenedProjection {
  readonly projection: Projection;
  readonly db: Database;
  /** Why it is made anew, in a sentence; `null` when it goes on where it was. */
  readonly rebuilding: string | null;
}

/**
 * Opens the projection of a log. One that is missing, damaged, of another version or of another log is
 * removed and starts from nothing: the caller then applies the whole log.
 */
export function openProjection(path: string, logPath: string): OpenedProjection {
  const log = openReader(logPath);
  const reason = unfit(path, log);
  if (reason !== null) removeProjection(path);
  try {
    return { ...open(path, log), rebuilding: reason };
  } catch (error) {
    if (reason !== null || !isDamaged(error)) throw error;
    removeProjection(path);
    return { ...open(path, log), rebuilding: unreadable(error) };
  }
}

function open(path: string, log: Database): Omit<OpenedProjection, "rebuilding"> {
  const db = openWriter(path, "index", SCHEMA);
  try {
    db.query("INSERT OR IGNORE INTO meta (name, value) VALUES ('identity', ?)").run(
      logIdentity(log),
    );
    return { projection: new Projection(db, log), db };
  } catch (error) {
    db.close();
    throw error;
  }
}

const unreadable = (error: unknown): string =>
  `it cannot be read (${error instanceof Error ? error.message : String(error)})`;

export function removeProjection(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

/** Written by a version whose tables are not ours; a file that nothing was written to yet is none. */
function isOlder(path: string): boolean {
  const db = openReader(path);
  try {
    const version = userVersion(db);
    return version > 0 && version < VERSION;
  } finally {
    db.close();
  }
}

/** Why the file cannot be gone on with; also `null` for an empty log, whose projection is empty too. */
function unfit(path: string, log: Database): string | null {
  const head =
    log
      .query<{ next: number }, []>("SELECT seq + width AS next FROM log ORDER BY seq DESC LIMIT 1")
      .get()?.next ?? 1;
  if (!existsSync(path)) return head > 1 ? "it is missing" : null;
  let db: Database | undefined;
  try {
    if (isOlder(path)) return "it is of another version";
    db = openWriter(path, "index", SCHEMA);
    const meta = db.query<{ value: string }, [string]>("SELECT value FROM meta WHERE name = ?");
    const identity = meta.get("identity")?.value;
    if (identity !== undefined && identity !== logIdentity(log)) return "it belongs to another log";
    if (Number(meta.get("applied")?.value ?? 0) >= head) return "it is ahead of the log";
    return null;
  } catch (error) {
    if (isDamaged(error) || error instanceof NewerFile) return unreadable(error);
    throw error;
  } finally {
    db?.close();
  }
}

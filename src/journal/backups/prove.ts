import { Database } from "bun:sqlite";
import { LOG_MIGRATIONS, logIdentity } from "../log.ts";
import { isDamaged, userVersion } from "../open.ts";

/** What a file that is a whole log holds. */
export interface ProvenLog {
  readonly entries: number;
  /** Time of its last entry, ms; `null`: it has none. */
  readonly lastAt: number | null;
}

/** The file is no log that this version can go on with; the message says why, and what helps. */
export class UnfitLog extends Error {
  override readonly name = "UnfitLog";
}

/** Columns that every version of the log has had. */
const EVERY_LOG =
  "SELECT seq, kind, run, at_ms, width, fact, links, request, body FROM log LIMIT 1";
const FAULTS_MAX = 3;

/**
 * Looks a closed file through: it is a log of a version that this one knows, and SQLite finds no damage in it.
 * Takes as long as reading it. Nobody else may have the file open. Throws `UnfitLog`.
 */
export function proveLog(path: string): ProvenLog {
  // Not read-only: a file that was copied from a journal asks for its WAL, which a reader cannot make.
  const db = new Database(path, { readwrite: true, create: false, strict: true });
  try {
    return proven(db);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    throw new UnfitLog(`it is damaged, or no database at all (${(error as Error).message})`);
  } finally {
    db.close();
  }
}

function proven(db: Database): ProvenLog {
  const version = userVersion(db);
  if (version > LOG_MIGRATIONS.length)
    throw new UnfitLog(
      `it has schema ${version}, and this version of longstop knows up to ${LOG_MIGRATIONS.length}; use the version that made it, or a newer one`,
    );
  if (version < 1 || !isLog(db)) throw new UnfitLog("it is a database, but no journal of longstop");
  const faults = db
    .query<{ quick_check: string }, []>(`PRAGMA quick_check(${FAULTS_MAX})`)
    .all()
    .map((row) => row.quick_check)
    .filter((line) => line !== "ok");
  if (faults.length > 0) throw new UnfitLog(`it is damaged: ${faults.join("; ")}`);
  const { entries = 0 } =
    db.query<{ entries: number }, []>("SELECT count(*) AS entries FROM log").get() ?? {};
  const last = db
    .query<{ at: number }, []>("SELECT at_ms AS at FROM log ORDER BY seq DESC LIMIT 1")
    .get();
  return { entries, lastAt: last?.at ?? null };
}

function isLog(db: Database): boolean {
  try {
    db.query(EVERY_LOG).get();
    return logIdentity(db) !== "";
  } catch (error) {
    if (isDamaged(error)) throw error;
    return false; // No such table, or no such column.
  }
}

import { Database } from "bun:sqlite";
import { invariant } from "../base/result.ts";

/** What a database is opened for; decides its pragmas. */
export type Role = "log" | "index" | "reader";

const SETTINGS: Readonly<
  Record<Role, { synchronous: number; cacheKib: number; pageBytes: number }>
> = {
  /** Larger pages carry bodies of a kibibyte at 5 to 15 % less a commit and a third less a checkpoint. FULL: we acknowledge what is committed, so a power cut may not take the last commits back. */
  log: { synchronous: 2, cacheKib: 16_000, pageBytes: 8192 },
  /** NORMAL: a power cut may take the projection back a little, consistently; the log brings it forward again. */
  index: { synchronous: 1, cacheKib: 64_000, pageBytes: 4096 },
  reader: { synchronous: 1, cacheKib: 16_000, pageBytes: 4096 },
};
const BUSY_MS = 5_000;
const WAL_BYTES_KEPT = 64 * 2 ** 20;

/**
 * Opens a database file and brings it to the given schema. The pragmas' order matters: waiting first so
 * that the next lines wait rather than fail; page size and vacuum mode before WAL, after which they are
 * silently ignored. Each is read back: a difference refuses to start.
 */
export function openWriter(
  path: string,
  role: "log" | "index",
  migrations: readonly string[],
): Database {
  const db = new Database(path, { create: true, readwrite: true, strict: true });
  try {
    prepare(db, role);
    migrate(db, path, migrations);
    return db;
  } catch (error) {
    // Closing takes back what a migration left half done; kept open it would lock out the next try.
    db.close();
    throw error;
  }
}

function prepare(db: Database, role: "log" | "index"): void {
  db.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
  db.run(`PRAGMA page_size = ${SETTINGS[role].pageBytes}`);
  db.run("PRAGMA auto_vacuum = INCREMENTAL");
  expect(db, "journal_mode = WAL", "wal");
  db.run(`PRAGMA synchronous = ${SETTINGS[role].synchronous}`);
  db.run("PRAGMA foreign_keys = ON");
  // Checkpoints run between commits and never inside somebody's.
  db.run("PRAGMA wal_autocheckpoint = 0");
  db.run(`PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}`);
  db.run("PRAGMA temp_store = MEMORY");
  db.run(`PRAGMA cache_size = -${SETTINGS[role].cacheKib}`);
  db.run("PRAGMA trusted_schema = OFF");
  expect(db, "synchronous", SETTINGS[role].synchronous);
  expect(db, "wal_autocheckpoint", 0);
}

/** A connection that cannot write. The file must exist. */
export function openReader(path: string): Database {
  const db = new Database(path, { readonly: true, strict: true });
  db.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
  db.run("PRAGMA query_only = ON");
  db.run("PRAGMA temp_store = MEMORY");
  db.run(`PRAGMA cache_size = -${SETTINGS.reader.cacheKib}`);
  return db;
}

function expect(db: Database, pragma: string, wanted: string | number): void {
  const row = db.query<Record<string, unknown>, []>(`PRAGMA ${pragma}`).get();
  const given = row === null ? undefined : Object.values(row)[0];
  invariant(given === wanted, `SQLite answers ${pragma} with ${String(given)}, wanted ${wanted}`);
}

/** Thrown when a file was written by a newer version: an older one must not touch it. */
export class NewerFile extends Error {
  override readonly name = "NewerFile";
}

/** Thrown when the log cannot be read: it is the only file that nothing else can bring back. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
  constructor(path: string, cause: unknown) {
    super(
      `${path} is damaged (${cause instanceof Error ? cause.message : String(cause)}). Keep a copy of the data folder as it is, and restore a backup.`,
      { cause },
    );
  }
}

function migrate(db: Database, path: string, migrations: readonly string[]): void {
  const version = userVersion(db);
  if (version > migrations.length)
    throw new NewerFile(
      `${path} has schema ${version}; this version of longstop knows up to ${migrations.length}. Start the newer version, or restore a backup made by this one.`,
    );
  for (let next = version; next < migrations.length; next++) {
    db.run("BEGIN IMMEDIATE");
    db.run(migrations[next] ?? "");
    db.run(`PRAGMA user_version = ${next + 1}`);
    db.run("COMMIT");
  }
}

export function userVersion(db: Database): number {
  return db.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
}

/** Whether an error of SQLite says that there is no room; nothing was committed and a later try may succeed. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE";
}

/** Whether an error of SQLite says that the file's content is damaged. */
export function isDamaged(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  return code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB";
}

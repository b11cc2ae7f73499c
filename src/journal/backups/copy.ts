import { type Database, Database as Sqlite, type Statement } from "bun:sqlite";
import { closeSync, openSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { syncPath } from "../files.ts";
import { LOG_MIGRATIONS } from "../log.ts";
import { openReader } from "../open.ts";
import { proveLog } from "./prove.ts";

/** What one step reads and writes before receiving has its turn at the disk again. */
export const SLICE_BYTES = 4 * 2 ** 20;
const SLICE_ROWS = 4_096;
/** Of the disk, what a backup leaves to receiving: a twentieth, and never more than this. */
const SPARE_BYTES_MAX = 256 * 2 ** 20;

type Value = string | number | Uint8Array | null;

/** Said as it is to the operator. */
export class NoRoomForBackup extends Error {
  override readonly name = "NoRoomForBackup";
}

/**
 * Copies the log into a new file, slice by slice. `VACUUM INTO` would be one statement, and one reading
 * transaction for as long as it takes: meanwhile the log's WAL cannot start over, grows by everything that is
 * received, and makes the writer wait for it again and again. A log that is only appended to needs no such
 * thing: its entries up to a place are the same now and later, so that each slice reads for milliseconds.
 *
 * What stands beside the log is copied first, and the place up to which the log is copied is taken after
 * it: a request that leaves the quarantine in between is in the log then, and one that is in both is a
 * duplicate.
 */
export class BackupCopy {
  readonly #path: string;
  readonly #source: Database;
  readonly #target: Database;
  readonly #read: Statement;
  readonly #write: Statement;
  readonly #upTo: number;
  #after = 0;
  #entries = 0;

  /** Throws `NoRoomForBackup`, and SQLite's errors; what was made of the file by then is the caller's to remove. */
  constructor(logPath: string, path: string) {
    this.#path = path;
    this.#source = openReader(logPath);
    try {
      this.#checkRoom(liveBytes(this.#source));
      this.#target = newFile(path);
    } catch (error) {
      this.#source.close();
      throw error;
    }
    try {
      for (const table of tablesOf(this.#target)) if (table !== "log") this.#copyWhole(table);
      this.#upTo = lastPlace(this.#source);
      const columns = columnsOf(this.#target, "log");
      this.#read = this.#source.prepare(
        `SELECT ${columns.join(", ")} FROM log WHERE seq > ? AND seq <= ? ORDER BY seq`,
      );
      this.#write = this.#target.prepare(insertInto("log", columns));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Copies the next entries; `true` once there are none left. Throws like the constructor. */
  slice(): boolean {
    this.#checkRoom(SLICE_BYTES);
    let [bytes, rows] = [0, 0];
    this.#target.run("BEGIN");
    for (const row of this.#read.iterate(this.#after, this.#upTo)) {
      const values = Object.values(row as Record<string, Value>);
      this.#write.run(...values);
      this.#after = (row as { seq: number }).seq;
      this.#entries++;
      for (const value of values) bytes += sizeOf(value);
      // Leaving the loop ends the reading transaction too.
      if (bytes >= SLICE_BYTES || ++rows >= SLICE_ROWS) break;
    }
    this.#target.run("COMMIT");
    return rows === 0 || this.#after >= this.#upTo;
  }

  /** Closes, syncs and proves the file. Throws when it is not what was copied. */
  finish(): { readonly bytes: number; readonly entries: number } {
    this.close();
    syncPath(this.#path);
    const { entries } = proveLog(this.#path);
    if (entries !== this.#entries)
      throw new Error(`${this.#entries} entries were copied, and ${entries} are there`);
    return { bytes: statSync(this.#path).size, entries };
  }

  close(): void {
    this.#source.close();
    this.#target.close();
  }

  /** Small by its bounds, and all of it at one moment. */
  #copyWhole(table: string): void {
    const columns = columnsOf(this.#target, table);
    const write = this.#target.prepare(insertInto(table, columns));
    this.#target.run("BEGIN");
    for (const row of this.#source.prepare(`SELECT ${columns.join(", ")} FROM ${table}`).iterate())
      write.run(...Object.values(row as Record<string, Value>));
    this.#target.run("COMMIT");
  }

  #checkRoom(bytes: number): void {
    const { bavail, blocks, bsize } = statfsSync(dirname(this.#path));
    const spare = Math.min(SPARE_BYTES_MAX, (blocks * bsize) / 20);
    const free = bavail * bsize;
    if (free - bytes >= spare) return;
    throw new NoRoomForBackup(
      `The disk has ${mebibytes(free)} free; the backup takes ${mebibytes(bytes)} and leaves ${mebibytes(spare)} to receiving. Remove old backups, or make room.`,
    );
  }
}

/** The same schema as a new log's, in a file that only its owner may read: payloads are confidential. */
function newFile(path: string): Database {
  closeSync(openSync(path, "wx", 0o600));
  const db = new Sqlite(path, { readwrite: true, create: false, strict: true });
  try {
    db.run("PRAGMA page_size = 8192");
    db.run("PRAGMA auto_vacuum = INCREMENTAL");
    // A file that is not finished is thrown away: there is nothing to roll back to.
    db.run("PRAGMA journal_mode = MEMORY");
    // Synced with each slice: one sync of all of it at the end would hold up everybody else's.
    db.run("PRAGMA synchronous = FULL");
    db.run("PRAGMA temp_store = MEMORY");
    for (const migration of LOG_MIGRATIONS) db.run(migration);
    db.run(`PRAGMA user_version = ${LOG_MIGRATIONS.length}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Whatever the schema has, so that a table that it gets one day is in the backups too; SQLite's own counter first, as rows move it. */
const tablesOf = (db: Database): string[] =>
  db
    .query<{ name: string }, []>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name = 'sqlite_sequence' OR name NOT LIKE 'sqlite_%') ORDER BY name = 'sqlite_sequence' DESC",
    )
    .all()
    .map(({ name }) => name);

const columnsOf = (db: Database, table: string): string[] =>
  db
    .query<{ name: string }, [string]>("SELECT name FROM pragma_table_info(?)")
    .all(table)
    .map(({ name }) => name);

const insertInto = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;

const lastPlace = (db: Database): number =>
  db.query<{ last: number | null }, []>("SELECT max(seq) AS last FROM log").get()?.last ?? 0;

function liveBytes(db: Database): number {
  const figure = (pragma: string): number =>
    Object.values(db.query<Record<string, number>, []>(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0;
  return (figure("page_count") - figure("freelist_count")) * figure("page_size");
}

const sizeOf = (value: Value): number =>
  typeof value === "string" ? value.length : value instanceof Uint8Array ? value.byteLength : 8;

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { BackupCopy } from "../../src/journal/backups/copy.ts";
import { indexFile, lockFile, logFile } from "../../src/journal/files.ts";
import { lockInstance } from "../../src/journal/lock.ts";
import { LOG_MIGRATIONS } from "../../src/journal/log.ts";
import { openProjection } from "../../src/journal/projection/open.ts";
import { restoreJournal } from "../../src/journal/restore.ts";
import { event, intake } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";

const folders = new Folders();
afterAll(() => folders.remove());

/** A journal of 300 events and its backup, made slice by slice. */
const original = folders.make();
const backup = join(original, "backup.db");
beforeAll(() => {
  const desk = new LogDesk(original);
  for (let place = 1; place <= 300; place++)
    desk.commit(intake([event(`k${place}`, { type: "x".repeat(50_000) })]));
  desk.apply();
  const copy = new BackupCopy(logFile(original), backup);
  while (!copy.slice());
  expect(copy.finish().entries).toBe(300);
  desk.close();
});

/** A copy of the backup that something was done to. */
function altered(change: (path: string) => void): string {
  const path = join(folders.make(), "altered.db");
  copyFileSync(backup, path);
  change(path);
  return path;
}
const sql = (path: string, ...texts: readonly string[]): void => {
  const db = new Database(path);
  for (const text of texts) db.run(text);
  db.close();
};
const refusalOf = (file: string, folder: string): string => {
  const result = restoreJournal(file, folder);
  return result.ok ? "restored" : result.error.code;
};

describe("restoring a backup", () => {
  test("gives a journal that goes on: the same events, and their duplicates are recognised", () => {
    const folder = join(folders.make(), "new", "data");
    const result = restoreJournal(backup, folder);
    expect(result).toMatchObject({ ok: true, value: { entries: 300 } });
    const desk = new LogDesk(folder, { run: 2 });
    expect(desk.projection.applied).toBe(300);
    expect(desk.commit(intake(["k7"]), intake(["new"]))).toEqual(["dup 7/1", "new 302"]);
    desk.close();
  });

  test("removes a projection that knows a time which this log does not", () => {
    const folder = folders.make();
    copyFileSync(indexFile(original), indexFile(folder));
    sql(indexFile(folder), "UPDATE meta SET value = '100' WHERE name = 'applied'");
    expect(refusalOf(backup, folder)).toBe("restored");
    expect(existsSync(indexFile(folder))).toBe(false);
    const opened = openProjection(indexFile(folder), logFile(folder));
    expect(opened.projection.applied).toBe(0);
  });

  test("overwrites nothing: neither a journal nor what is left of one", () => {
    for (const name of ["journal.db", "journal.db-wal"]) {
      const folder = folders.make();
      writeFileSync(join(folder, name), "mine");
      const result = restoreJournal(backup, folder);
      expect(result).toMatchObject({ ok: false, error: { code: "exists" } });
      expect(readFileSync(join(folder, name), "utf8")).toBe("mine");
    }
  });

  test("is refused while a server runs on the folder", () => {
    const folder = folders.make();
    const lock = lockInstance(lockFile(folder));
    expect(refusalOf(backup, folder)).toBe("in_use");
    lock?.release();
    expect(refusalOf(backup, folder)).toBe("restored");
  });

  test("a folder that is only mistyped does not come into being for a file that is not there", () => {
    const folder = join(folders.make(), "typo");
    expect(refusalOf(join(original, "none.db"), folder)).toBe("not_found");
    expect(existsSync(folder)).toBe(false);
  });

  const unfit: readonly [string, (path: string) => void][] = [
    ["cut short", (path) => truncateSync(path, 8192 * 40)],
    ["empty", (path) => truncateSync(path, 0)],
    ["no database", (path) => writeFileSync(path, "not a database".repeat(1000))],
    [
      "damaged where only a look through all of it finds it",
      (path) => {
        const bytes = readFileSync(path);
        // A page that begins with a zero goes on with what is too long for its row: its link to the next.
        const page = Array.from({ length: 40 }, (_, place) => 8192 * (place + 20));
        const at = page.find((start) => bytes[start] === 0 && bytes[start + 3] !== 0) ?? 0;
        bytes.fill(0xab, at, at + 4);
        writeFileSync(path, bytes);
      },
    ],
    [
      "damaged inside",
      (path) => {
        const bytes = readFileSync(path);
        for (let at = 8192 * 20; at < 8192 * 60; at += 8192) bytes.fill(0xab, at, at + 300);
        writeFileSync(path, bytes);
      },
    ],
    [
      "a journal's, by a newer version",
      (path) => sql(path, `PRAGMA user_version = ${LOG_MIGRATIONS.length + 1}`),
    ],
    ["another program's", (path) => sql(path, "DROP TABLE log", "CREATE TABLE log (id INTEGER)")],
    ["without a version", (path) => sql(path, "PRAGMA user_version = 0")],
    ["without its name", (path) => sql(path, "DELETE FROM meta WHERE name = 'identity'")],
    ["beside a WAL that it needs", (path) => writeFileSync(`${path}-wal`, "more")],
  ];
  test.each(unfit)("a file that is %s is refused, and the folder stays empty", (_what, change) => {
    const folder = folders.make();
    expect(refusalOf(altered(change), folder)).toBe("unfit");
    expect(readdirSync(folder).filter((name) => !name.startsWith("longstop.lock"))).toEqual([]);
  });

  test("of an older schema is taken, and brought to this one at the next start", () => {
    const folder = folders.make();
    const older = altered((path) => sql(path, "DROP TABLE quarantine", "PRAGMA user_version = 1"));
    expect(refusalOf(older, folder)).toBe("restored");
    const desk = new LogDesk(folder);
    expect(desk.db.query("SELECT count(*) AS n FROM quarantine").get()).toEqual({ n: 0 });
    desk.close();
  });
});

test("a slice ends its reading: the writer's WAL starts over between two of them", () => {
  const folder = folders.make();
  const desk = new LogDesk(folder);
  for (let place = 1; place <= 300; place++)
    desk.commit(intake([event(`k${place}`, { type: "x".repeat(50_000) })]));
  const copy = new BackupCopy(logFile(folder), join(folder, "copy.db"));
  expect(copy.slice()).toBe(false);

  desk.db.run("PRAGMA busy_timeout = 0");
  expect(desk.db.query("PRAGMA wal_checkpoint(RESTART)").get()).toMatchObject({ busy: 0 });

  // What comes after the beginning is not in it.
  desk.commit(intake(["late"]));
  while (!copy.slice());
  expect(copy.finish().entries).toBe(300);
  desk.close();
});

test("a copy that lost an entry on the way does not prove whole", () => {
  const folder = folders.make();
  const desk = new LogDesk(folder);
  desk.commit(intake(["a"]), intake(["b"]));
  const path = join(folder, "copy.db");
  const copy = new BackupCopy(logFile(folder), path);
  while (!copy.slice());
  sql(path, "DELETE FROM log WHERE seq = 1");
  expect(() => copy.finish()).toThrow("2 entries were copied, and 1 are there");
  desk.close();
});

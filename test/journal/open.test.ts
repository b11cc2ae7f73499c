import type { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logFile } from "../../src/journal/files.ts";
import { lockInstance } from "../../src/journal/lock.ts";
import { openLog } from "../../src/journal/log.ts";
import { DamagedFile, NewerFile, openReader, openWriter } from "../../src/journal/open.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";

const folders = new Folders();
afterAll(() => folders.remove());

function pragma(db: Database, name: string): unknown {
  const row = db.query<Record<string, unknown>, []>(`PRAGMA ${name}`).get();
  return row === null ? undefined : Object.values(row)[0];
}

describe("the settings of a file", () => {
  test("the log syncs every commit, and neither file checkpoints inside one", () => {
    const desk = new LogDesk(folders.make());
    const names = ["journal_mode", "synchronous", "wal_autocheckpoint", "auto_vacuum", "page_size"];

    expect(names.map((name) => pragma(desk.db, name))).toEqual(["wal", 2, 0, 2, 8192]);
    expect(names.map((name) => pragma(desk.index, name))).toEqual(["wal", 1, 0, 2, 4096]);
    expect([pragma(desk.db, "foreign_keys"), pragma(desk.db, "trusted_schema")]).toEqual([1, 0]);
  });

  test("a reader cannot write, and does not make a file", () => {
    const folder = folders.make();
    new LogDesk(folder).close();
    const reader = openReader(logFile(folder));

    expect(() => reader.run("DELETE FROM log")).toThrow("readonly");
    expect(() => openReader(join(folder, "none.db"))).toThrow();
  });
});

describe("a log that cannot be opened", () => {
  test("of a newer version is refused with the remedy, and left as it is", () => {
    const folder = folders.make();
    const desk = new LogDesk(folder);
    desk.db.run("PRAGMA user_version = 99");
    desk.close();
    const before = readFileSync(logFile(folder));

    expect(() => openLog(logFile(folder), "x")).toThrow(NewerFile);
    expect(() => openLog(logFile(folder), "x")).toThrow(/99.*newer version, or restore a backup/s);
    expect(readFileSync(logFile(folder)).equals(before)).toBe(true);
  });

  test.each([
    ["a header of something else", 0, 100],
    ["a first page of noise", 100, 8_000],
  ])("of %s is refused with what to do", (_, from, to) => {
    const folder = folders.make();
    new LogDesk(folder).close();
    damage(logFile(folder), from, to);

    expect(() => openLog(logFile(folder), "x")).toThrow(DamagedFile);
    expect(() => openLog(logFile(folder), "x")).toThrow("restore a backup");
  });

  test("a schema that fails half way leaves nothing behind, and the next start tries again", () => {
    const path = join(folders.make(), "half.db");
    const broken = ["CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT;"];
    expect(() => openWriter(path, "log", broken)).toThrow("already exists");

    const db = openWriter(path, "log", ["CREATE TABLE a (x INTEGER) STRICT;"]);
    expect(pragma(db, "user_version")).toBe(1);
  });

  test("keeps its name for life, whatever name a later start brings", () => {
    const path = join(folders.make(), "journal.db");
    openLog(path, "first").db.close();

    expect(openLog(path, "second").identity).toBe("first");
  });
});

describe("one process per data folder", () => {
  const holder = (path: string): string[] => [
    process.execPath,
    "-e",
    `import { lockInstance } from ${JSON.stringify(join(import.meta.dir, "../../src/journal/lock.ts"))};
     // Kept in reach: what nobody holds, the collector closes.
     globalThis.lock = lockInstance(${JSON.stringify(path)});
     console.log(globalThis.lock === null ? "refused" : "held");
     setInterval(() => {}, 1000);`,
  ];

  test("a second one is refused while the first lives, and let in after its kill -9", async () => {
    const path = join(folders.make(), "longstop.lock");
    const child = Bun.spawn(holder(path), { stdout: "pipe", stderr: "inherit" });
    const said = await child.stdout.getReader().read();
    expect(new TextDecoder().decode(said.value)).toBe("held\n");
    const second = lockInstance(path);
    child.kill("SIGKILL");
    await child.exited;
    expect(second).toBeNull();
    const lock = lockInstance(path);

    expect(lock).not.toBeNull();
    lock?.release();
  });

  test("releasing lets the next one in at once; the same process may not hold it twice", () => {
    const path = join(folders.make(), "longstop.lock");
    const first = lockInstance(path);
    expect(lockInstance(path)).toBeNull();
    first?.release();
    const second = lockInstance(path);

    expect(second).not.toBeNull();
    second?.release();
  });
});

function damage(path: string, from: number, to: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, from, to);
  writeFileSync(path, bytes);
}

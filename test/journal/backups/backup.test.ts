import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { noLog } from "../../../src/base/log.ts";
import { systemRandom } from "../../../src/base/random.ts";
import type { Backup } from "../../../src/journal/backup.ts";
import { proveLog } from "../../../src/journal/backups/prove.ts";
import { type JournalHandle, openJournal } from "../../../src/journal/client.ts";
import { backupsFolder } from "../../../src/journal/files.ts";
import { restoreJournal } from "../../../src/journal/restore.ts";
import { event, intake } from "../../support/intake.ts";
import { DAY_MS, Folders } from "../../support/log-desk.ts";

const folders = new Folders();
afterAll(() => folders.remove());

const open = (folder: string): Promise<JournalHandle> =>
  openJournal(
    folder,
    { dedupeMs: 30 * DAY_MS },
    {
      clock: systemClock,
      random: systemRandom,
      log: noLog,
      onFailure: (detail) => {
        throw new Error(detail);
      },
    },
  );

async function made(store: JournalHandle, keep: number | null = null): Promise<Backup> {
  const result = await store.backups.make(keep);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

async function append(store: JournalHandle, keys: readonly string[]): Promise<string[]> {
  const taken = await Promise.all(
    keys.map((key) => store.journal.append(intake([event(key, { connection: "c" })]))),
  );
  return taken.flat().map(({ id }) => id);
}
const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, place) => `${prefix}${place}`);

/** A life of the journal that ends, with what it left. */
async function life<T>(folder: string, live: (store: JournalHandle) => Promise<T>): Promise<T> {
  const store = await open(folder);
  try {
    return await live(store);
  } finally {
    await store.close();
  }
}

describe("a backup", () => {
  test("has every event that was acknowledged before it began, while more are acknowledged", async () => {
    const folder = folders.make();
    const meanwhile = { ids: 0, going: true };
    const { before, backup } = await life(folder, async (store) => {
      const filling = "x".repeat(20_000);
      const before = await append(store, named("before", 500));
      for (let count = 0; count < 600; count++)
        await store.journal.append(intake([event(`large${count}`, { type: filling })]));
      const making = made(store).finally(() => {
        meanwhile.going = false;
      });
      while (meanwhile.going) {
        meanwhile.ids += (await append(store, named(`during${meanwhile.ids}-`, 20))).length;
      }
      return { before, backup: await making };
    });

    expect(meanwhile.ids).toBeGreaterThan(0);
    expect(statSync(backup.file).size).toBe(backup.bytes);
    expect(readdirSync(backupsFolder(folder))).toHaveLength(1);
    if (process.platform !== "win32") expect(statSync(backup.file).mode & 0o077).toBe(0);
    const other = folders.make();
    expect(restoreJournal(backup.file, other)).toMatchObject({
      ok: true,
      value: { entries: backup.entries },
    });
    await life(other, async (store) => {
      for (const id of before) expect((await store.reads.event(id as never))?.id).toBe(id as never);
      const again = await Promise.all(
        named("before", 500).map((key) =>
          store.journal.append(intake([event(key, { connection: "c" })])),
        ),
      );
      expect(again.flat().map(({ id, duplicate }) => [id, duplicate])).toEqual(
        before.map((id) => [id, true]) as never,
      );
      const [fresh] = await store.journal.append(intake(["new"]));
      expect(fresh?.duplicate).toBe(false);
      expect(await store.check()).toEqual([]);
    });
  }, 60_000);

  test("has the quarantine, whose numbers are not given out again after it is restored", async () => {
    const folder = folders.make();
    const kept = () => ({
      source: "s",
      at: 5,
      code: "signature_mismatch",
      detail: "no",
      held: false,
      request: { method: "POST", url: "/in/s", peer: "", headers: [] },
      body: new Uint8Array([0, 255]),
    });
    const { file } = await life(folder, async (store) => {
      const ids = await store.quarantine.keep([kept(), { ...kept(), held: true }, kept()]);
      const last = ids.at(-1);
      if (last) await store.quarantine.remove(last);
      return made(store);
    });
    const other = folders.make();
    restoreJournal(file, other);
    await life(other, async (store) => {
      const { rows } = await store.reads.quarantine({}, { limit: 10, cursor: null });
      expect(rows.map(({ id, held }) => [String(id), held])).toEqual([
        ["qua_2", true],
        ["qua_1", false],
      ]);
      expect((await store.reads.quarantined(rows[1]?.id as never))?.body).toEqual(
        new Uint8Array([0, 255]),
      );
      expect((await store.quarantine.keep([kept()])).map(String)).toEqual(["qua_4"]);
    });
  });

  test("has all that a log's file has: each table, each column, its version, and the log's settings", async () => {
    const folder = folders.make();
    const { file } = await life(folder, (store) => made(store));
    const shape = (path: string): unknown => {
      const db = new Database(path, { readonly: true });
      const schema = db.query("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
      const pragmas = ["user_version", "page_size", "auto_vacuum"].map((name) =>
        db.query(`PRAGMA ${name}`).get(),
      );
      const meta = db.query("SELECT name FROM meta ORDER BY name").all();
      db.close();
      return { schema, pragmas, meta };
    };
    expect(shape(file)).toEqual(shape(join(folder, "journal.db")));
  });

  test("of an empty journal is one too", async () => {
    const { file, entries } = await life(folders.make(), (store) => made(store));
    expect(proveLog(file).entries).toBe(entries);
  });

  test("is made one at a time, and of the older ones the newest are kept", async () => {
    const folder = folders.make();
    await life(folder, async (store) => {
      const [first, second] = await Promise.all([store.backups.make(null), store.backups.make(1)]);
      expect(first.ok).toBe(true);
      expect(second).toMatchObject({ ok: false, error: { code: "running" } });
      await made(store);
      const third = await made(store, 2);
      expect(third.removed).toHaveLength(1);
      const left = readdirSync(backupsFolder(folder)).sort();
      expect(left).toHaveLength(2);
      expect(third.file).toBe(join(backupsFolder(folder), left[1] ?? ""));
    });
  });

  test("that a killed process had begun is gone with the next; other files stay", async () => {
    const folder = folders.make();
    mkdirSync(backupsFolder(folder));
    writeFileSync(join(backupsFolder(folder), "journal-old.db.partial"), "half");
    writeFileSync(join(backupsFolder(folder), "notes.txt"), "mine");
    const { file } = await life(folder, (store) => made(store, 1));
    expect(readdirSync(backupsFolder(folder)).sort()).toEqual([
      file.slice(backupsFolder(folder).length + 1),
      "notes.txt",
    ]);
  });

  test("is given up when the process ends, and leaves nothing", async () => {
    const folder = folders.make();
    const store = await open(folder);
    for (let count = 0; count < 300; count++)
      await store.journal.append(intake([event(`k${count}`, { type: "x".repeat(60_000) })]));
    const making = store.backups.make(null);
    await store.close();
    const result = await making;
    if (!result.ok) expect(result.error.code).toBe("closed");
    expect(readdirSync(backupsFolder(folder))).toHaveLength(result.ok ? 1 : 0);
    expect(await store.backups.make(null)).toMatchObject({ ok: false, error: { code: "closed" } });
  }, 30_000);

  test("of a damaged log is none, says so, and leaves nothing", async () => {
    const folder = folders.make();
    await life(folder, (store) => append(store, named("k", 2_000)));
    const result = await life(folder, (store) => {
      // Only now: opening would see some of it.
      const path = join(folder, "journal.db");
      const file = openSync(path, "r+");
      for (const share of [0.4, 0.5, 0.6]) {
        const page = Math.floor((statSync(path).size * share) / 8192);
        writeSync(file, Buffer.alloc(8192, 0xab), 0, 8192, page * 8192);
      }
      closeSync(file);
      return store.backups.make(null);
    });
    expect(result).toMatchObject({ ok: false, error: { code: "failed" } });
    expect(readdirSync(backupsFolder(folder))).toEqual([]);
  });

  test("that cannot be written is none, and receiving goes on", async () => {
    const folder = folders.make();
    await life(folder, async (store) => {
      await append(store, named("k", 200));
      writeFileSync(backupsFolder(folder), "a file where the folder should be");
      expect(await store.backups.make(null)).toMatchObject({
        ok: false,
        error: { code: "failed" },
      });
      // Receiving goes on.
      expect(await append(store, ["after"])).toHaveLength(1);
    });
    expect(existsSync(backupsFolder(folder))).toBe(true);
  });
});

import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import type { EventId } from "../../src/base/ids.ts";
import { noLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { DataFolderInUse, type JournalHandle, openJournal } from "../../src/journal/client.ts";
import { indexFile, logFile } from "../../src/journal/files.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { event, fact, intake } from "../support/intake.ts";
import { DAY_MS, Folders } from "../support/log-desk.ts";
import { until } from "../support/processes.ts";

const folders = new Folders();
afterAll(() => folders.remove());
const CHILD = join(import.meta.dir, "../support/journal-child.ts");

async function open(
  folder: string,
): Promise<{ store: JournalHandle; failures: string[] } & AsyncDisposable> {
  const failures: string[] = [];
  const onFailure = (detail: string): void => void failures.push(detail);
  const deps = { clock: systemClock, random: systemRandom, log: noLog, onFailure };
  const store = await openJournal(folder, { dedupeMs: 30 * DAY_MS }, deps);
  return { store, failures, [Symbol.asyncDispose]: () => store.close() };
}

/** Does what no process of ours does to a file that is in use. */
function sabotage(path: string, sql: string): void {
  const db = new Database(path);
  db.run("PRAGMA busy_timeout = 5000");
  db.run(sql);
  db.close();
}

const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "taken",
    (error: unknown) => (error instanceof JournalRefused ? error.code : String(error)),
  );

describe("a journal with its threads", () => {
  test("everyone reads their own writes, at once, every time", async () => {
    await using opened = await open(folders.make());
    const { journal, reads, mailboxReads } = opened.store;
    const one = async (key: string): Promise<void> => {
      const ref = { source: "s", key };
      const [answer] = await journal.append(intake([event(key, { connection: key })]));
      const [row, [view]] = await Promise.all([
        reads.event(answer?.id ?? ("" as EventId)),
        mailboxReads.view([ref], 1),
      ]);
      expect([row?.dedupeKey, view?.items[0]?.event]).toEqual([key, answer?.seq]);
    };
    for (let round = 0; round < 15; round++)
      await Promise.all(Array.from({ length: 8 }, (_, index) => one(`k${round}-${index}`)));

    expect(opened.failures).toEqual([]);
  });

  test("closing commits what waits and refuses what comes; the next life finds it, and a clean end", async () => {
    const folder = folders.make();
    const first = await open(folder);
    const waiting = Array.from({ length: 50 }, (_, index) =>
      first.store.journal.append(intake([`k${index}`])),
    );
    const closing = first.store.close();
    expect(await refusalOf(first.store.journal.record(fact()))).toBe("closed");
    const answers = (await Promise.all(waiting)).flat();
    await closing;

    await using second = await open(folder);
    expect(second.store.clean).toBe(true);
    for (const { id } of answers) expect((await second.store.reads.event(id))?.id).toBe(id);
    const [again] = await second.store.journal.append(intake(["k7"]));
    expect(again).toEqual({ ...answers[7], duplicate: true } as never);
    expect(await second.store.check()).toEqual([]);
  });

  test("a second one on the folder is refused, and holds nothing once the first is closed", async () => {
    const folder = folders.make();
    const first = await open(folder);
    expect(await open(folder).catch((error: unknown) => error)).toBeInstanceOf(DataFolderInUse);
    await first.store.close();

    await using second = await open(folder);
    expect(second.store.clean).toBe(true);
  });

  test("one that cannot be opened says why, and lets go of the folder", async () => {
    const folder = folders.make();
    await Bun.write(logFile(folder), "no database ".repeat(1_000));
    const refused = await open(folder).catch((error: unknown) => String(error));
    expect(refused).toContain("restore a backup");

    rmSync(logFile(folder));
    await using second = await open(folder);
    expect(second.store.clean).toBe(true);
  });
});

describe("when a thread that writes fails", () => {
  test("the log's: nobody is told yes, it is told once, and closing still ends", async () => {
    const folder = folders.make();
    const { store, failures } = await open(folder);
    sabotage(logFile(folder), "ALTER TABLE log RENAME TO gone");

    const refusals = await Promise.all(
      ["a", "b"].map((key) => refusalOf(store.journal.append(intake([key])))),
    );
    expect(refusals).toEqual(["failing", "failing"]);
    expect(await refusalOf(store.journal.record(fact()))).toBe("failing");
    expect(store.journal.pressure()).toBe("failing");
    expect(failures.length).toBe(1);
    await store.close();
  });

  test("the projection's: what is committed is told, then everything is refused, and the next life has it all", async () => {
    const folder = folders.make();
    const { store, failures } = await open(folder);
    sabotage(indexFile(folder), "DROP TABLE work");
    const [told] = await store.journal.append(intake(["a"]));
    await until("the failure is told", 5_000, () => failures.length > 0);

    expect(await refusalOf(store.journal.append(intake(["b"])))).toBe("failing");
    await store.close();
    rmSync(indexFile(folder));
    await using next = await open(folder);
    expect(await next.store.journal.append(intake(["a"]))).toEqual([
      { ...told, duplicate: true } as never,
    ]);
  });
});

test("after kill -9 in mid-load everything acknowledged is there, and the end was not clean", async () => {
  const folder = folders.make();
  const told = new Map<string, string>();
  for (let life = 0; life < 3; life++) {
    const child = Bun.spawn([process.execPath, CHILD, folder, String(life)], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const before = told.size;
    let rest = "";
    for await (const chunk of child.stdout) {
      const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const [key = "", id = ""] of lines.map((line) => line.split(" "))) told.set(key, id);
      if (told.size - before > 300 + 400 * life) child.kill("SIGKILL");
    }
    await child.exited;
  }

  await using last = await open(folder);
  expect(last.store.clean).toBe(false);
  expect(await last.store.check()).toEqual([]);
  const again = await last.store.journal.append(intake([...told.keys()]));
  expect(again.map(({ id, duplicate }) => [id, duplicate])).toEqual(
    [...told.values()].map((id) => [id as EventId, true]),
  );
}, 20_000);

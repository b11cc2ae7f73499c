import type { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { noLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type JournalHandle, openJournal } from "../../src/journal/client.ts";
import { openReader } from "../../src/journal/open.ts";
import { intake } from "../support/intake.ts";
import { DAY_MS, Folders } from "../support/log-desk.ts";

const folders = new Folders();
afterAll(() => folders.remove());
const MIB = 2 ** 20;

/** Two readers of which one always reads: the next begins before the last one ends. */
class Overlapping {
  readonly #readers: Database[];
  #turn = 0;

  constructor(path: string) {
    this.#readers = [openReader(path), openReader(path)];
    this.next();
  }

  next(): void {
    const [fresh, old] = [this.#readers[this.#turn % 2], this.#readers[(this.#turn + 1) % 2]];
    fresh?.run("BEGIN");
    fresh?.query("SELECT count(*) FROM meta").get();
    if (old?.inTransaction) old.run("COMMIT");
    this.#turn++;
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }
}

async function write(store: JournalHandle, bytes: number): Promise<void> {
  const body = new Uint8Array(128 * 1_024).fill(65);
  const rounds = bytes / body.byteLength / 16;
  for (let round = 0; round < rounds; round++) {
    const requests = Array.from({ length: 16 }, (_, index) =>
      store.journal.append(intake([`${round}-${index}`], { body })),
    );
    await Promise.all(requests);
  }
}

test("a writer that never pauses keeps the WAL bounded, also under readers that leave no gap", async () => {
  const folder = folders.make();
  const store = await openJournal(
    folder,
    { dedupeMs: 30 * DAY_MS },
    { clock: systemClock, random: seededRandom(1), log: noLog, onFailure: () => {} },
  );
  const files = ["journal.db", "index.db"].map((name) => join(folder, name));
  const readers = files.map((path) => new Overlapping(path));
  let largest = 0;
  let done = false;
  const reading = (async () => {
    while (!done) {
      for (const reader of readers) reader.next();
      for (const path of files) largest = Math.max(largest, statSync(`${path}-wal`).size);
      await sleep(systemClock, 10);
    }
  })();
  await write(store, 200 * MIB);
  done = true;
  await reading;
  for (const reader of readers) reader.close();
  await store.close();

  expect(largest).toBeLessThan(100 * MIB);
  expect(statSync(join(folder, "journal.db")).size).toBeGreaterThan(200 * MIB);
}, 30_000);

import { afterAll, describe, expect, test } from "bun:test";
import { dedupeHash, intakeEntry } from "../../src/journal/batch.ts";
import { fact, intake, T0 } from "../support/intake.ts";
import { DAY_MS, Folders, LogDesk } from "../support/log-desk.ts";

const folders = new Folders();
afterAll(() => folders.remove());
const desk = (options: { retentionMs?: number } = {}): LogDesk =>
  new LogDesk(folders.make(), options);
const YEAR_MS = 365 * DAY_MS;
/** More than the tail keeps in one generation. */
const GENERATION = 16_384;

describe("an event is new once", () => {
  test("within one request, between requests of a batch, and across batches", () => {
    const log = desk();

    expect(log.commit(intake(["a", "b", "a"]))).toEqual(["new 1, new 2, dup 1/1"]);
    expect(log.commit(intake(["c"]), fact(), intake(["c"]), intake(["b"]))).toEqual([
      "new 4",
      "at 5",
      "dup 4/1",
      "dup 2/1",
    ]);
    expect(log.commit(intake(["c"]))).toEqual(["dup 4/1"]);
  });

  test("the same key of another source is another event", () => {
    const log = desk();
    log.commit(intake(["a"]));

    expect(log.commit(intake(["a"], { source: "t" }))).toEqual(["new 2"]);
  });

  test("before the projection has it, while it applies, and after the tail let go of it", () => {
    const log = desk();
    log.commit(intake(["a"]));
    expect(log.commit(intake(["a"]))).toEqual(["dup 1/1"]);
    log.apply();
    expect(log.commit(intake(["a"]))).toEqual(["dup 1/1"]);

    for (let generation = 0; generation < 3; generation++) {
      const keys = Array.from({ length: GENERATION }, (_, index) => `g${generation}-${index}`);
      log.commit(...chunks(keys).map((chunk) => intake(chunk)));
      log.apply();
      expect(log.commit(intake(["a"]))).toEqual(["dup 1/1"]);
    }
  });

  test("after a restart, with the original's run", () => {
    const folder = folders.make();
    const first = new LogDesk(folder, { run: 5 });
    first.commit(intake(["a", "b"]));
    first.apply();
    first.commit(intake(["c"]));
    first.close();

    const second = new LogDesk(folder, { run: 6 });
    expect(second.commit(intake(["c", "d", "a"]))).toEqual(["dup 3/5, new 5, dup 1/5"]);
    expect(second.commit(intake(["d"]))).toEqual(["dup 5/6"]);
  });

  test("after a restart with another retention, whose index must not be missed", () => {
    const folder = folders.make();
    const before = new LogDesk(folder, { retentionMs: 30 * DAY_MS });
    before.commit(intake(["a"]));
    before.apply();
    before.close();

    for (const retentionMs of [DAY_MS, 7 * DAY_MS, 400 * DAY_MS]) {
      const after = new LogDesk(folder, { retentionMs });
      expect(after.commit(intake(["a"], { at: T0 + 1_000 }))).toEqual(["dup 1/1"]);
      after.close();
    }
  });

  test("while the filter of a new life is still being filled", () => {
    const folder = folders.make();
    const before = new LogDesk(folder);
    before.commit(intake(Array.from({ length: 6_000 }, (_, index) => `k${index}`)));
    before.apply();
    before.close();
    const log = new LogDesk(folder, { filled: false });
    expect(log.commit(intake(["k1", "a"]))).toEqual(["dup 2/1, new 6002"]);
    expect(log.dedupe.fillFilter()).toBe(false);
    expect(log.commit(intake(["k1", "k5999", "a"]))).toEqual(["dup 2/1, dup 6000/1, dup 6002/1"]);
  });

  test("and two keys of the same hash are two events", () => {
    const log = desk();
    log.commit(intake(["a"]));
    const [known, other] = [intakeEntry(intake(["a"])), intakeEntry(intake(["b"]))];

    // Only the full key in the log can tell them apart.
    const collision = { ...other, hashes: known.hashes };
    expect(log.commitEntries([collision])).toEqual(["new 2"]);
    expect(log.commitEntries([collision, known])).toEqual(["dup 2/1", "dup 1/1"]);
    log.apply();
    expect(log.commitEntries([collision, known])).toEqual(["dup 2/1", "dup 1/1"]);
  });
});

describe("time", () => {
  test("older than the retention is new again, and from then on that one is the original", () => {
    for (const applied of [false, true]) {
      const log = desk({ retentionMs: DAY_MS });
      log.commit(intake(["a"]));
      if (applied) log.apply();

      expect(log.commit(intake(["a"], { at: T0 + DAY_MS }))).toEqual(["dup 1/1"]);
      expect(log.commit(intake(["a"], { at: T0 + DAY_MS + 1 }))).toEqual(["new 3"]);
      if (applied) log.apply();
      expect(log.commit(intake(["a"], { at: T0 + DAY_MS + 2 }))).toEqual(["dup 3/1"]);
    }
  });

  test.each([60_000, DAY_MS, 30 * DAY_MS])(
    "a clock that jumps years ahead and back forgets nothing (retention of %d ms)",
    (retentionMs) => {
      const folder = folders.make();
      let log = new LogDesk(folder, { retentionMs });
      log.commit(intake(["before"]));
      log.commit(intake(["ahead"], { at: T0 + 3 * YEAR_MS }));
      log.commit(intake(["back"], { at: T0 + 1 }));
      for (let life = 0; life < 2; life++) {
        log.apply();
        const at = T0 + 2;
        expect(log.commit(intake(["before", "ahead", "back"], { at }))).toEqual([
          "dup 1/1, dup 2/1, dup 3/1",
        ]);
        log.close();
        log = new LogDesk(folder, { retentionMs });
      }
    },
  );
});

describe("what the log keeps of a request", () => {
  const rows = (log: LogDesk): unknown[] =>
    log.db.query("SELECT seq, kind, width, links, request IS NULL AS bare, body FROM log").all();

  test("with new events among duplicates: all of it, and links to the originals", () => {
    const log = desk();
    log.commit(intake(["a"]));
    log.commit(intake(["x", "a", "y", "x"]));

    const body = new Uint8Array([123, 125]);
    expect(rows(log)).toEqual([
      { seq: 1, kind: 1, width: 1, links: null, bare: 0, body },
      { seq: 2, kind: 1, width: 4, links: "[[1,1],[3,2]]", bare: 0, body },
    ]);
  });

  test("without a new event: only the originals' places", () => {
    const log = desk();
    log.commit(intake(["a", "b"]));
    log.commit(intake(["b", "a"]));

    expect(rows(log)[1]).toEqual({ seq: 3, kind: 2, width: 2, links: null, bare: 1, body: null });
    expect(log.db.query("SELECT fact FROM log WHERE seq = 3").get()).toEqual({
      fact: '{"source":"s","of":[2,1]}',
    });
  });

  test("an empty body is a body", () => {
    const log = desk();
    log.commit(intake(["a"], { body: new Uint8Array(0) }));

    expect(rows(log)).toMatchObject([{ body: new Uint8Array(0) }]);
  });
});

test("a batch of thousands that is sent again is compared in a moment, not once an event", () => {
  const log = desk();
  const keys = Array.from({ length: 10_000 }, (_, index) => `key-${index}`);
  log.commit(intake(keys));
  log.apply();
  const before = performance.now();
  const [answer] = log.commit(intake(keys));

  expect(answer?.startsWith("dup 1/1, dup 2/1")).toBe(true);
  expect(performance.now() - before).toBeLessThan(2_000);
});

test("hashes are whole numbers that a double holds exactly, and differ by source and by key", () => {
  const hashes = [dedupeHash("a", "bc"), dedupeHash("ab", "c"), dedupeHash("a", "bd")];

  expect(hashes.every(Number.isSafeInteger)).toBe(true);
  expect(new Set(hashes).size).toBe(3);
});

function chunks(keys: readonly string[]): string[][] {
  return Array.from({ length: keys.length / 1_024 }, (_, index) =>
    keys.slice(index * 1_024, (index + 1) * 1_024),
  );
}

import { afterAll, describe, expect, test } from "bun:test";
import { nextSeq } from "../../src/journal/log-writer.ts";
import { fact, intake } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";

const folders = new Folders();
afterAll(() => folders.remove());

const big = new Uint8Array(64 * 1_024).fill(65);
const pages = (log: LogDesk): number =>
  log.db.query<{ page_count: number }, []>("PRAGMA page_count").get()?.page_count ?? 0;
const limitPages = (log: LogDesk, limit: number): void => {
  log.db.run(`PRAGMA max_page_count = ${limit}`);
};
const places = (log: LogDesk): number[] =>
  log.db
    .query<{ seq: number }, []>("SELECT seq FROM log ORDER BY seq")
    .all()
    .map((row) => row.seq);

describe("when the disk is full", () => {
  function full(): LogDesk {
    const log = new LogDesk(folders.make());
    log.commit(intake(["a"]));
    limitPages(log, pages(log));
    return log;
  }
  const tooLarge = () => [intake(["b"]), intake(["c", "a", "c"], { body: big }), fact()] as const;

  test("the whole batch is refused, nothing of it is in the log, and its keys are not known", () => {
    const log = full();

    expect(log.commit(...tooLarge())).toEqual(Array(3).fill("refused: disk_full"));
    expect(places(log)).toEqual([1]);
    expect(log.writer.head).toBe(1);
    expect(log.writer.failure).toBeNull();
    expect(log.db.inTransaction).toBe(false);
  });

  test("once there is room the same requests are new, at places that nobody was told of", () => {
    const log = full();
    for (let tries = 0; tries < 3; tries++) log.commit(...tooLarge());
    limitPages(log, 10_000);

    expect(log.commit(...tooLarge())).toEqual(["new 2", "new 3, dup 1/1, dup 3/1", "at 6"]);
    expect(places(log)).toEqual([1, 2, 3, 6]);
    expect(log.commit(intake(["b", "c"]))).toEqual(["dup 2/1, dup 3/1"]);
  });

  test("other keys may take those places: what a failed batch looked into is not remembered", () => {
    const log = full();
    log.commit(...tooLarge());
    log.commit(intake(["p", "p"]), intake(["p", "q"], { body: big }));
    limitPages(log, 10_000);

    expect(log.commit(intake(["c", "b"]), intake(["b", "p"]))).toEqual([
      "new 2, new 3",
      "dup 3/1, new 5",
    ]);
    expect(log.commit(intake(["c", "b", "p"]))).toEqual(["dup 2/1, dup 3/1, dup 5/1"]);
  });

  test("small batches that still fit are taken between those that do not", () => {
    const log = full();
    limitPages(log, pages(log) + 2);

    expect(log.commit(...tooLarge())).toContain("refused: disk_full");
    expect(log.commit(intake(["b"]))).toEqual(["new 2"]);
    expect(log.commit(...tooLarge())).toContain("refused: disk_full");
    expect(log.commit(intake(["b"]))).toEqual(["dup 2/1"]);
  });

  test("a projection that was applied in between is not ahead of the log", () => {
    const log = full();
    log.commit(...tooLarge());
    log.apply();
    limitPages(log, 10_000);
    log.commit(intake(["other"]));
    log.apply();

    expect(log.projection.applied).toBe(log.writer.head);
    expect(log.commit(intake(["b"]))).toEqual(["new 3"]);
  });
});

describe("when the log is in doubt", () => {
  test("any other error refuses for ever, and nothing of the batch is in the log", () => {
    const log = new LogDesk(folders.make());
    log.commit(intake(["a"]));
    const entry = { kind: 1, at: 0, width: 0, fact: "{}", request: "", body: null, hashes: [] };

    expect(log.commitEntries([{ ...entry, width: 1 }, entry])).toEqual(
      Array(2).fill("refused: failing"),
    );
    expect(log.commit(intake(["b"]))).toEqual(["refused: failing"]);
    expect(log.writer.failure).toContain("CHECK constraint");
    expect(log.writer.checkpointIfDue()).toBe(false);
    expect(places(log)).toEqual([1]);
  });

  test("what was committed before is there in the next life, and what was refused is new", () => {
    const folder = folders.make();
    const log = new LogDesk(folder);
    log.commit(intake(["a"]));
    log.db.run("ALTER TABLE log RENAME TO gone");
    expect(log.commit(intake(["b"]))).toEqual(["refused: failing"]);
    log.db.run("ALTER TABLE gone RENAME TO log");
    log.close();

    const next = new LogDesk(folder, { run: 2 });
    expect(next.commit(intake(["a", "b"]))).toEqual(["dup 1/1, new 3"]);
  });
});

describe("places", () => {
  test("are never given out twice, also over many lives and entries of many places", () => {
    const folder = folders.make();
    let expected = 1;
    for (let life = 1; life <= 4; life++) {
      const log = new LogDesk(folder, { run: life });
      const keys = Array.from({ length: life }, (_, index) => `${life}-${index}`);
      expect(log.commit(fact(), intake(keys))[0]).toBe(`at ${expected}`);
      expected += 1 + life;
      expect(nextSeq(log.db)).toBe(expected);
      log.close();
    }
  });

  test("go on after what was once there, when the end of the log was dropped", () => {
    const folder = folders.make();
    const log = new LogDesk(folder);
    log.commit(intake(["a", "b", "c"]), fact());
    log.db.run("INSERT INTO meta (name, value) VALUES ('next_seq', '5')");
    log.db.run("DELETE FROM log");
    log.close();

    expect(new LogDesk(folder).commit(fact())).toEqual(["at 5"]);
  });
});

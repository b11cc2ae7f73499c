import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Clock } from "../../src/base/clock.ts";
import { seq } from "../../src/base/ids.ts";
import { ReadRefused } from "../../src/journal/journal.ts";
import { openReads } from "../../src/journal/reads/reader.ts";
import { event, fact, intake, settledFact } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";
import { SimClock } from "../support/sim-clock.ts";

const folders = new Folders();
afterAll(() => folders.remove());
const open = (desk: LogDesk) => openReads(desk.index, desk.db, new SimClock());

const CONNECTIONS = ["Acct-1", "acct-2", "50%_off"];
let desk: LogDesk;

beforeAll(() => {
  desk = new LogDesk(folders.make());
  for (const source of ["s", "other"])
    desk.commit(
      intake(
        CONNECTIONS.map((connection) => event(connection, { connection })),
        { source },
      ),
    );
  desk.apply();
});

describe("a cursor", () => {
  test("goes on where the page ended while events arrive: no row twice, none that was there missing", () => {
    const live = new LogDesk(folders.make());
    const reads = open(live);
    for (let index = 0; index < 30; index++) live.commit(intake([`old-${index}`]));
    live.apply();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: ReturnType<typeof reads.events> = reads.events({}, { limit: 4, cursor });
      seen.push(...page.rows.map((row) => row.dedupeKey));
      cursor = page.nextCursor;
      live.commit(intake([`new-${seen.length}`, "old-3"]));
      live.apply();
    } while (cursor !== null);

    expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => `old-${29 - index}`));
  });

  test.each(["", "x", "-1", "1.5", "1e3", "0x1", "9".repeat(16), " 1", "1;", "\u0661"])(
    "that is none (%p) is refused as such by every list",
    (cursor) => {
      const reads = open(desk);
      const lists = [reads.events, reads.connections, reads.jobs] as const;
      for (const list of lists)
        expect(() => list({ limit: 1, cursor } as never, { limit: 1, cursor })).toThrow(
          ReadRefused,
        );
    },
  );

  test("leads on when a search ran out of time before its page was full", () => {
    const wide = new LogDesk(folders.make());
    const keys = (part: string) => Array.from({ length: 9_000 }, (_, index) => `${part}${index}`);
    wide.commit(intake([event("wanted", { type: "wanted" })]), intake(keys("a")));
    wide.apply();
    let asked = 0;
    const clock: Clock = new (class extends SimClock {
      override monotonic = (): number => asked++ * 1_500;
    })();
    const reads = openReads(wide.index, wide.db, clock);

    const first = reads.events({ type: "wanted" }, { limit: 5, cursor: null });
    expect(first.rows).toEqual([]);
    expect(first.nextCursor).not.toBeNull();
    const second = reads.events({ type: "wanted" }, { limit: 5, cursor: first.nextCursor });
    expect(second).toMatchObject({ rows: [{ dedupeKey: "wanted" }], nextCursor: null });
  });
});

describe("other lists", () => {
  test("connections come in pages, the first seen last, by source, status and part of the key", () => {
    const reads = open(desk);
    const keys = (filter: Parameters<typeof reads.connections>[0]): string[] => {
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const page: ReturnType<typeof reads.connections> = reads.connections(filter, {
          limit: 2,
          cursor,
        });
        found.push(...page.rows.map((row) => `${row.source}/${row.key}`));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return found;
    };

    expect(new Set(keys({})).size).toBe(6);
    expect(keys({ source: "s", q: "ACCT" }).toSorted()).toEqual(["s/Acct-1", "s/acct-2"]);
    expect(keys({ q: "%" }).length).toBe(2);
    expect(keys({ status: "halted" })).toEqual([]);
  });

  test("changes show what is new or settled, once the projection has it, and never pass over the rest", () => {
    const live = new LogDesk(folders.make());
    const reads = open(live);
    live.commit(intake(["a", "b"]), fact(), settledFact(2));
    live.apply();
    live.commit(intake(["c"]));
    const first = reads.changes(seq(0), 100);
    live.apply();
    const second = reads.changes(first.upTo, 100);

    expect(first.rows.map((row) => row.dedupeKey)).toEqual(["a", "b", "b"]);
    expect(second.rows.map((row) => row.dedupeKey)).toEqual(["c"]);
    expect(reads.changes(second.upTo, 100)).toEqual({ rows: [], upTo: second.upTo });
    expect(reads.changes(seq(0), 1).upTo).toBe(seq(2));
  });

  test("thousands of events of one batch are listed and loaded in a moment", () => {
    const live = new LogDesk(folders.make());
    live.commit(intake(Array.from({ length: 10_000 }, (_, index) => `key-${index}`)));
    live.apply();
    const reads = open(live);
    const before = performance.now();
    const { rows } = reads.events({}, { limit: 200, cursor: null });
    const items = rows.map((row) => ({ event: row.seq, position: row.seq }));

    expect(reads.load(items).length).toBe(200);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

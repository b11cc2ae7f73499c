import type { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { seq } from "../../src/base/ids.ts";
import { indexFile } from "../../src/journal/files.ts";
import { openReads } from "../../src/journal/reads/reader.ts";
import { event, fact, intake, T0 } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";
import { SimClock } from "../support/sim-clock.ts";

const folders = new Folders();
afterAll(() => folders.remove());
const TABLES = ["sources", "connections", "events", "work", "attempts", "steps", "dedupe", "keys"];

function contents(index: Database): unknown[] {
  return TABLES.map((table) => index.query(`SELECT * FROM ${table}`).all());
}

/** A folder with some history, and what its projection held. */
function history(): { folder: string; held: unknown[] } {
  const folder = folders.make();
  const desk = new LogDesk(folder);
  const keys = Array.from({ length: 600 }, (_, index) =>
    event(`k${index}`, { connection: `c${index % 40}`, type: "a type of some length ".repeat(4) }),
  );
  desk.commit(intake(keys), intake(["k1", "k2"]), settled(3), fact());
  desk.apply();
  const held = contents(desk.index);
  desk.close();
  return { folder, held };
}

const settled = (event: number) =>
  ({
    kind: "settled",
    at: T0,
    event: seq(event),
    position: seq(event),
    outcome: "failed",
    reason: "why",
    error: { code: "threw", message: "no" },
    state: null,
    emitted: [],
    attempt: 1,
    startedAt: T0,
    durationMs: 1,
    stale: false,
  }) as const;

function change(folder: string, sql: string): void {
  const desk = new LogDesk(folder);
  desk.index.run(sql);
  desk.close();
}

describe("a projection that cannot be gone on with is made anew, equal to before", () => {
  const ways: [string, RegExp, (folder: string) => void][] = [
    ["missing", /missing/, (folder) => rmSync(indexFile(folder))],
    [
      "of another version",
      /cannot be read.*99/,
      (folder) => change(folder, "PRAGMA user_version = 99"),
    ],
    [
      "of an older version",
      /another version/,
      (folder) => change(folder, "PRAGMA user_version = 1"),
    ],
    [
      "of another log",
      /another log/,
      (folder) => change(folder, "UPDATE meta SET value = 'x' WHERE name = 'identity'"),
    ],
    [
      "ahead of the log",
      /ahead of the log/,
      (folder) => change(folder, "UPDATE meta SET value = '99999' WHERE name = 'applied'"),
    ],
    [
      "no database",
      /cannot be read/,
      (folder) => writeFileSync(indexFile(folder), "hello ".repeat(2_000)),
    ],
    ["damaged in its first page", /cannot be read/, (folder) => noise(folder, 100, 4_000)],
    [
      "damaged wherever its tables are",
      /cannot be read/,
      (folder) => noise(folder, 4_096 * 2, Infinity),
    ],
    ["cut off", /cannot be read/, (folder) => cut(folder, 4_096 * 3)],
  ];

  test.each(ways)("%s", (_, reason, spoil) => {
    const { folder, held } = history();
    spoil(folder);

    const desk = new LogDesk(folder);

    expect(desk.rebuilding).toMatch(reason);
    expect(contents(desk.index)).toEqual(held);
    expect(desk.commit(intake(["k599"]))).toEqual(["dup 600/1"]);
  });

  test("and one that is whole is gone on with, however far behind it is", () => {
    const { folder } = history();
    const behind = new LogDesk(folder);
    behind.commit(intake(["later"]));
    behind.close();

    const desk = new LogDesk(folder);

    expect(desk.rebuilding).toBeNull();
    expect(desk.projection.applied).toBe(desk.writer.head);
  });

  test("an empty journal has an empty projection, and no reason", () => {
    expect(new LogDesk(folders.make()).rebuilding).toBeNull();
  });
});

test("no entry stops the projection, whatever a provider calls its times and connections", () => {
  const number = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(1.5, 1e300, -1e300, 2 ** 53));
  const text = fc.string({ unit: "binary", maxLength: 4 }).map((part) => `${part}\ud800\u0000`);
  const half = fc.constantFrom("\ud800", "\ud801", "\udc00x", "\ufffd", "", "\u0000");
  const events = fc.record({
    dedupeKey: fc.oneof(text, half),
    type: fc.oneof(text, half),
    connection: fc.oneof(text, half),
    occurredAt: number,
    sequence: fc.oneof(number, text),
    range: fc.constant(null),
  });
  fc.assert(
    fc.property(fc.array(events, { minLength: 1, maxLength: 8 }), number, (given, time) => {
      const folder = folders.make();
      const desk = new LogDesk(folder);
      const attempted = {
        ...settled(1),
        kind: "attempted",
        nextAt: time,
        holds: true,
        asked: false,
      } as const;
      const odd = { startedAt: time, durationMs: time };
      const answers = desk.commit(
        intake(given, { at: T0 + 0.5 }),
        { ...attempted, ...odd },
        { ...settled(1), ...odd, at: T0 + 0.25 },
      );
      desk.apply();
      const reads = openReads(desk.index, desk.db, new SimClock());
      const { rows } = reads.events({}, { limit: 200, cursor: null });

      expect(rows.length).toBe((answers[0]?.split("new").length ?? 0) - 1);
      for (const row of rows) {
        const ref = { source: "s", key: given[row.seq - 1]?.connection ?? "" };
        expect(reads.connection(ref)).not.toBeNull();
      }
      desk.close();
    }),
    { numRuns: 30 },
  );
});

function noise(folder: string, from: number, to: number): void {
  const bytes = readFileSync(indexFile(folder));
  bytes.fill(0xa5, from, Math.min(to, bytes.length));
  writeFileSync(indexFile(folder), bytes);
}

function cut(folder: string, bytes: number): void {
  rmSync(`${indexFile(folder)}-wal`, { force: true });
  writeFileSync(indexFile(folder), readFileSync(indexFile(folder)).subarray(0, bytes));
}

test("a wait that began after now is shown as due, since the clock went back", () => {
  const desk = new LogDesk(folders.make());
  const wait = { nextAt: T0 + 9_000, holds: true, asked: false } as const;
  desk.commit(intake([event("a", { connection: "c" })]), {
    ...settled(1),
    ...wait,
    kind: "attempted",
    at: T0 + 8_000,
  });
  desk.apply();
  const shownAt = (now: number): unknown[] => {
    const reads = openReads(desk.index, desk.db, new SimClock(now));
    const { rows } = reads.events({}, { limit: 1, cursor: null });
    const head = reads.connection({ source: "s", key: "c" })?.head;
    return [rows[0]?.nextAttemptAt, head?.nextAttemptAt];
  };

  expect(shownAt(T0)).toEqual([T0, T0]);
  expect(shownAt(T0 + 8_000)).toEqual([T0 + 9_000, T0 + 9_000]);
  desk.close();
});

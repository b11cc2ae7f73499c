import { expect, test } from "bun:test";
import fc from "fast-check";
import { InlineJournal } from "../support/inline-journal.ts";
import { Pair } from "../support/journal-pair.ts";
import { type Step, steps } from "../support/journal-steps.ts";

test("the projection answers every read as the plain ledger does, whatever happened and in whatever batches", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(steps, { maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      async (history, stepSize) => {
        const pair = new Pair(stepSize);
        for (const step of history) await pair.take(step);
        await pair.compare();
      },
    ),
    { numRuns: 150 },
  ));

test("applying the log as it grows, in any batches, gives the same tables as rebuilding it at once", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(steps, { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (history, stepSize) => {
        const pair = new Pair(stepSize);
        for (const step of history) {
          await pair.take(step);
          pair.real.catchUp(stepSize);
        }
        const rebuilt = new InlineJournal(pair.clock, { log: pair.real.log });
        for (const table of [
          "sources",
          "connections",
          "events",
          "work",
          "attempts",
          "steps",
          "dedupe",
          "endpoints",
          "deliveries",
          "tries",
          "sweeps",
          "healed",
          "reconciled",
          "snapshots",
          "deadlines",
        ]) {
          const rows = (journal: InlineJournal): unknown[] =>
            journal.index.query(`SELECT * FROM ${table}`).all();
          expect(rows(pair.real)).toEqual(rows(rebuilt));
        }
      },
    ),
    { numRuns: 100 },
  ));

test("one that holds after another leaves the first to its own waiting time", async () => {
  const pair = new Pair(1);
  const attempt = { do: "attempt", holds: true, asked: false, waitMs: 5 } as const;
  const history: Step[] = [
    { do: "append", keys: [1, 2], connection: 1, settled: false, owed: [], sweep: 0 },
    { ...attempt, pick: 0 },
    { ...attempt, pick: 1 },
    { do: "settle", pick: 1, outcome: "completed", state: null, stale: false, owed: [], emits: [] },
  ];
  for (const step of history) {
    await pair.take(step);
    await pair.compare();
  }
});

import { expect, test } from "bun:test";
import { SAMPLE_MS, SAMPLES_MAX, StatsHistory } from "../../src/admin/stats/history.ts";
import type { SourceRow } from "../../src/journal/rows.ts";
import { adminDesk } from "../support/admin.ts";
import { SimClock } from "../support/sim-clock.ts";

const source = (received: number): SourceRow => ({
  source: "shop",
  received,
  duplicates: 0,
  pending: 1,
  completed: 2,
  skipped: 3,
  failed: 4,
  lastEventAt: null,
  secrets: [],
});

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function run(samples: number, read: () => Promise<readonly SourceRow[]>) {
  const clock = new SimClock();
  const history = new StatsHistory({ clock, log: quiet, reads: { sources: read } });
  history.start();
  await clock.settle();
  await clock.advance((samples - 1) * SAMPLE_MS);
  return { clock, history };
}

test("the counters of all sources are noted together, at every interval", async () => {
  let received = 0;
  const { history } = await run(3, async () => [source(++received), source(100)]);
  expect(history.samples().map((sample) => sample.received)).toEqual([101, 102, 103]);
  expect(history.samples()[0]).toMatchObject({ pending: 2, completed: 4, skipped: 6, failed: 8 });
});

test("an hour is kept and no more", async () => {
  let received = 0;
  const { history } = await run(SAMPLES_MAX + 5, async () => [source(++received)]);
  expect(history.samples()).toHaveLength(SAMPLES_MAX);
  expect(history.samples()[0]?.received).toBe(6);
});

test("counters that cannot be read leave a gap, and the next are noted again", async () => {
  let asked = 0;
  const { history } = await run(3, async () => {
    if (++asked === 2) throw new Error("behind");
    return [source(asked)];
  });
  expect(history.samples().map((sample) => sample.received)).toEqual([1, 3]);
});

test("after the stop nothing is asked any more", async () => {
  let asked = 0;
  const { clock, history } = await run(1, async () => [source(++asked)]);
  history.stop();
  await clock.advance(10 * SAMPLE_MS);
  expect(asked).toBe(1);
});

test("the API tells them with their times", async () => {
  const desk = await adminDesk();
  const answer = await desk.call("GET", "/v1/stats/history");
  expect(await answer.json()).toEqual({ everyMs: SAMPLE_MS, data: [] });
});

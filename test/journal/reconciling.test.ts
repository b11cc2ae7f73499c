import { expect, test } from "bun:test";
import { seq } from "../../src/base/ids.ts";
import type { Fact, Intake } from "../../src/journal/facts.ts";
import type { ReconcilingFact, SweepId } from "../../src/journal/reconciling.ts";
import { InlineJournal } from "../support/inline-journal.ts";
import { event, intake, T0 } from "../support/intake.ts";
import { SimClock } from "../support/sim-clock.ts";

const sweep = "swp_1" as SweepId;
const first = { limit: 10, cursor: null };
type Swept = Extract<ReconcilingFact, { kind: "swept" }>;

const swept = (more: Partial<Swept> = {}): Swept => ({
  kind: "swept",
  at: T0 + 100,
  source: "s",
  sweep,
  why: "schedule",
  connection: null,
  phase: "page",
  cursor: "c1",
  startedAt: T0,
  from: T0 - 1_000,
  to: T0,
  found: 3,
  calls: 1,
  error: null,
  ...more,
});

const found = (keys: readonly string[], occurredAt: number | null): Intake =>
  intake(
    keys.map((key) => event(key, { connection: "one", occurredAt })),
    { origin: "poll", sweep, at: T0 + 100 },
  );

function world() {
  const clock = new SimClock();
  const real = new InlineJournal(clock, { stepSize: 2 });
  const together = async (intakes: readonly Intake[], facts: readonly Fact[]) => {
    const told = real.journal.appendTogether(intakes, facts);
    await clock.settle();
    return told;
  };
  return { real, reads: real.reads, together };
}

test("what a sweep brings counts as healed only if nothing had brought it before", async () => {
  const { reads, together } = world();
  await together([intake([event("a", { connection: "one" })])], []);
  const answers = await together([found(["a", "b"], T0 - 400), found(["c"], null)], [swept()]);
  expect(answers.map((each) => each.map(({ duplicate }) => duplicate))).toEqual([
    [true, false],
    [false],
  ]);
  await together([], [swept({ phase: "done", cursor: null, at: T0 + 200, calls: 2 })]);

  const state = await reads.reconcileState("s");
  expect([state.cursor, state.lastSweptAt, state.recovered]).toEqual(["c1", T0 + 200, 2]);
  expect(state.lastSweep).toMatchObject({
    id: sweep,
    phase: "done",
    recovered: 2,
    missingMsMax: 500,
    missingMsSum: 500,
    calls: 2,
    finishedAt: T0 + 200,
  });
  expect(await reads.healed(sweep)).toEqual([
    { connection: "one", recovered: 2, missingMsMax: 500 },
  ]);
  expect((await reads.sweeps({ recovered: true }, first)).rows).toHaveLength(1);
  expect((await reads.sweeps({ source: "s", connection: "one" }, first)).rows).toEqual([]);
});

test("a poll of one connection is no sweep of its source, and one that failed leaves the last good end", async () => {
  const { reads, together } = world();
  await together([], [swept({ phase: "done" })]);
  const poll = { sweep: "swp_2" as SweepId, connection: "one", cursor: null };
  await together([], [swept({ ...poll, phase: "done", at: T0 + 300 })]);
  const error = { code: "unavailable", message: "503" };
  await together(
    [],
    [swept({ sweep: "swp_3" as SweepId, phase: "failed", cursor: null, error, at: T0 + 400 })],
  );

  const state = await reads.reconcileState("s");
  expect([state.cursor, state.lastSweptAt, state.lastSweep?.error]).toEqual([
    "c1",
    T0 + 100,
    error,
  ]);
  const { rows } = await reads.sweeps({ connection: "one" }, first);
  expect(rows.map(({ id }) => id as string)).toEqual(["swp_2"]);
  expect(await reads.reconcileState("unknown")).toMatchObject({ cursor: null, lastSweep: null });
});

test("snapshots are kept by connection until they are gone", async () => {
  const { reads, together } = world();
  const snapshot = (key: string, text: string | null): Fact => ({
    kind: "snapshot",
    at: T0,
    source: "s",
    key,
    snapshot: text,
  });
  await together([], [snapshot("a", "1"), snapshot("b", "2"), snapshot("c", "3")]);
  await together([], [snapshot("b", null), snapshot("c", "4")]);

  expect(await reads.snapshots("s", ["a", "b", "c", "d"])).toEqual(["1", null, "4", null]);
  expect(await reads.snapshotKeys("s", "", 5)).toEqual(["a", "c"]);
  expect(await reads.snapshotKeys("s", "a", 5)).toEqual(["c"]);
});

test("deadlines are read by how long they have passed, and connections without one by their number", async () => {
  const { reads, together } = world();
  const at = (key: string) => event(key, { connection: key });
  await together([intake([at("a"), at("b"), at("c")])], []);
  expect((await reads.unexpected("s", 0, 2)).map(({ key }) => key)).toEqual(["a", "b"]);
  const expected = (...deadlines: { key: string; by: number | null; misses: number }[]): Fact => ({
    kind: "expected",
    at: T0,
    source: "s",
    deadlines,
  });
  await together([], [expected({ key: "a", by: 50, misses: 0 }, { key: "b", by: 40, misses: 2 })]);

  expect((await reads.overdue("s", 45, 5)).map(({ key }) => key)).toEqual(["b"]);
  expect((await reads.overdue("s", 50, 5)).map(({ key }) => key)).toEqual(["b", "a"]);
  expect(await reads.nextDeadline("s")).toBe(40);
  expect((await reads.unexpected("s", 0, 5)).map(({ key }) => key)).toEqual(["c"]);
  expect((await reads.connection({ source: "s", key: "a" }))?.expectBy).toBe(50);

  await together([], [expected({ key: "b", by: null, misses: 0 })]);
  expect(await reads.deadline("s", "b")).toBeNull();
  expect(await reads.deadline("s", "a")).toMatchObject({ by: 50, lastEventAt: T0 });
  expect(await reads.nextDeadline("s")).toBe(50);
});

test("found events and their cursor are journaled together or not at all", async () => {
  const clock = new SimClock();
  let full = true;
  const real = new InlineJournal(clock, {
    fault: () => {
      if (full) throw new Error("the thread is gone");
    },
  });
  const refused = real.journal.appendTogether([found(["a"], null)], [swept()]);
  refused.catch(() => {});
  await clock.settle();
  expect(await refused.then(() => "taken", String)).toContain("gone");
  full = false;
  expect(await real.reads.reconcileState("s")).toMatchObject({ cursor: null, recovered: 0 });
  expect((await real.reads.changes(seq(0), 5)).rows).toEqual([]);
});

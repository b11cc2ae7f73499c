import { expect, test } from "bun:test";
import fc from "fast-check";
import { ok } from "../../src/base/result.ts";
import type { ListAsk, ListRecovery } from "../../src/providers/recovery.ts";
import { windowOf } from "../../src/reconcile/cursor.ts";
import { LIST_CASES } from "../providers/recovery/list-cases.ts";
import { listRecovery, sweptBy } from "../providers/recovery/sweeping.ts";
import { AT } from "../providers/requests.ts";
import { WaitingClock } from "../sim/reconcile-life.ts";
import { SimProcess } from "../sim/reconcile-process.ts";
import { openMemoryLog } from "../support/inline-journal.ts";
import { missedOf, within } from "../support/reconcile-bank.ts";
import { DAY_MS, HOUR_MS, ReconcileWorld, reconcileSettings } from "../support/reconcile-world.ts";
import { sourceSettings } from "../support/settings.ts";
import { StubApi } from "../support/stubs/stub.ts";

const NOW = Date.UTC(2026, 10, 22);
const time = fc.integer({ min: NOW - 800 * DAY_MS, max: NOW + 800 * DAY_MS });
const span = fc.integer({ min: 0, max: 400 * DAY_MS });

test("no sweep asks for what is older than keys are known, or than its provider keeps, whatever its cursor, overlap and wish", () => {
  const given = fc.record({
    cursor: fc.option(fc.record({ to: time, kept: fc.option(fc.string(), { nil: null }) }), {
      nil: null,
    }),
    lastAliveAt: fc.option(time, { nil: null }),
    since: fc.option(time, { nil: null }),
    overlapMs: span,
    windowMs: fc.option(span, { nil: null }),
    dedupeMs: fc.integer({ min: 60_000, max: 400 * DAY_MS }),
  });
  fc.assert(
    fc.property(given, (one) => {
      const { from, since, kept } = windowOf({ now: NOW, ...one });
      const back = Math.min(one.dedupeMs, one.windowMs ?? Number.POSITIVE_INFINITY);
      expect(since).toBeGreaterThanOrEqual(NOW - back);
      expect(from).toBeGreaterThanOrEqual(since);
      expect(from).toBeLessThanOrEqual(NOW);
      if (kept !== null) expect(one.cursor?.to).toBeGreaterThanOrEqual(NOW - back);
    }),
  );
});

test.each(LIST_CASES.map((each) => [each.name, each] as const))(
  "%s is never asked beyond the 30 days for which keys are known by default",
  (_, { name, source }) => {
    const { windowMs, overlapMs } = listRecovery(name, source);
    const cursor = { to: NOW - 200 * DAY_MS, kept: "at-7" };
    const given = { now: NOW, cursor, lastAliveAt: null, overlapMs, windowMs };
    for (const since of [null, NOW - 89 * DAY_MS]) {
      const window = windowOf({ ...given, since, dedupeMs: 30 * DAY_MS });
      expect(window.since).toBeGreaterThan(NOW - 30 * DAY_MS);
      expect(window.kept).toBeNull();
    }
  },
);

/** A provider with an iterator that is good for ever, as Svix's. */
class Iterated implements ListRecovery {
  readonly kind = "list";
  readonly windowMs = null;
  readonly overlapMs = 60_000;
  readonly perSecond = 100;
  readonly lacks = null;
  readonly oldestFirst = true;
  readonly events: { id: string; account: string; at: number }[] = [];

  async list({ kept, since }: ListAsk) {
    const from = kept === null ? this.events.findIndex(({ at }) => at >= since) : Number(kept);
    const missed = this.events.slice(from === -1 ? this.events.length : from).map(missedOf);
    return ok({ missed, next: null, keep: String(this.events.length) });
  }
}

test("after a time of being down that is longer than keys are known nothing old is handled a second time", async () => {
  const provider = new Iterated();
  const world = new ReconcileWorld(provider, reconcileSettings({ everyMs: null }));
  await world.start();
  await world.clock.advance(HOUR_MS);
  // By webhook, after the last sweep: the iterator stands before it.
  const old = { id: "old", account: "a", at: world.clock.now() };
  provider.events.push(old);
  await world.webhook(old);
  const died = world.clock.now();
  await world.reconciler.stop();
  await world.clock.advance(40 * DAY_MS);
  provider.events.push({ id: "new", account: "a", at: world.clock.now() - HOUR_MS });
  await world.reborn({ lastAliveAt: died });
  await world.start();
  expect(world.events().map(({ dedupeKey }) => dedupeKey)).toEqual(["old", "new"]);
  // From then on by the iterator again.
  provider.events.push({ id: "newer", account: "a", at: 0 });
  await within(world.clock, world.reconciler.sweep("demand").finished);
  expect(world.events().at(-1)?.dedupeKey).toBe("newer");
  await world.reconciler.stop();
});

test("a configuration that wants keys to be known for longer does not widen the time before the journal does", async () => {
  const clock = new WaitingClock();
  const asked: string[] = [];
  const none = (): void => undefined;
  const source = sourceSettings({
    name: "shop",
    provider: "gocardless",
    apiKey: "live_1",
    verify: null,
    reconcile: reconcileSettings(),
  });
  const process = new SimProcess({
    clock,
    source,
    seed: 1,
    log: openMemoryLog(),
    run: 1,
    past: { lastAliveAt: null, clean: true },
    trouble: { refusals: 0, deaths: 0, readFaults: 0, commitMs: 0 },
    answerMs: 0,
    lines: { debug: none, info: none, warn: none, error: none },
    answer: async ({ url }) => {
      asked.push(new URL(url).searchParams.get("created_at[gte]") ?? "");
      return Response.json({ events: [], meta: { cursors: { after: null } } });
    },
    committed: none,
    post: none,
    died: none,
  });
  process.start();
  await clock.advance(1_000);
  const changed = { ...source, reconcile: reconcileSettings({ everyMs: HOUR_MS }) };
  await Promise.all([process.reconfigured(changed, 300 * DAY_MS), clock.advance(3_000)]);
  process.sweep(clock.now() - 200 * DAY_MS);
  await clock.advance(10_000);
  expect(asked.length).toBeGreaterThan(1);
  expect(Math.min(...asked.map(Date.parse))).toBeGreaterThan(clock.now() - 30 * DAY_MS);
  await Promise.all([process.stop(), clock.advance(3_000)]);
});

test("HubSpot's journal, begun anew, brings what was since then, and from its offset on all", async () => {
  const each = LIST_CASES.find(({ name }) => name === "hubspot");
  if (each === undefined) throw new Error("HubSpot is not there");
  const events = [3, 2, 1].map((hours, index) => each.make(index, AT - hours * HOUR_MS));
  const [recovery, api] = [listRecovery("hubspot", each.source), new StubApi(each.stub(events))];
  expect(await sweptBy(recovery, api, { since: AT - 2.5 * HOUR_MS })).toHaveLength(2);
  const late = new StubApi(each.stub([...Array(100).fill(events[0]), ...events]));
  expect(await sweptBy(recovery, late, { since: AT, kept: "offset-0" })).toHaveLength(3);
});

import { describe, expect, test } from "bun:test";
import { deadlineAfter } from "../../src/reconcile/expectations.ts";
import { KnowingBank, ListingBank } from "../support/reconcile-bank.ts";
import { HOUR_MS, ReconcileWorld, reconcileSettings } from "../support/reconcile-world.ts";

const expectation = { everyMs: 24 * HOUR_MS, graceMs: 2 * HOUR_MS, alertAfter: 2 };
const settings = reconcileSettings({ everyMs: null, expect: expectation, perSecond: 5 });

async function opened(keys: readonly string[]): Promise<[KnowingBank, ReconcileWorld]> {
  const bank = new KnowingBank();
  for (const key of keys) bank.change(key, 0);
  const world = new ReconcileWorld(bank, settings);
  await world.start();
  await world.clock.advance(60_000);
  bank.calls.length = 0;
  return [bank, world];
}

const deadline = (world: ReconcileWorld, key: string) => {
  world.store.catchUp();
  return world.store.now.deadline("bank", key);
};

const alerts = (world: ReconcileWorld) => world.lines.filter(([level]) => level === "error");

describe("a connection that is expected to be heard of", () => {
  test("has a deadline after the time and at least half of the grace, at most all of it", async () => {
    const [, world] = await opened(["a"]);
    const [event] = world.events();
    const by = (deadline(world, "a")?.by ?? 0) - (event?.receivedAt ?? 0);
    expect(by).toBeGreaterThanOrEqual(25 * HOUR_MS);
    expect(by).toBeLessThanOrEqual(26 * HOUR_MS + 60_000);
    await world.reconciler.stop();
  });

  test("that is heard of in time is not asked for, and nothing is written for its events", async () => {
    const [bank, world] = await opened(["a"]);
    for (let day = 0; day < 5; day++) {
      await world.clock.advance(20 * HOUR_MS);
      bank.change("a", day);
      world.reconciler.hinted("a");
      await world.clock.advance(1_000);
    }
    expect(bank.calls).toEqual(["a", "a", "a", "a", "a"]);
    const written = world.facts.filter(({ kind }) => kind === "expected");
    // The first deadline, and one that moves for each that passes: none for an event.
    expect(written.length).toBeLessThanOrEqual(1 + 5);
    expect(alerts(world)).toEqual([]);
    await world.reconciler.stop();
  });

  test("and is silent is asked for by itself; what is found begins a new time", async () => {
    const [bank, world] = await opened(["a", "b"]);
    bank.change("a", 9);
    await world.clock.advance(27 * HOUR_MS);
    expect(bank.calls.toSorted()).toEqual(["a", "b"]);
    expect(world.events().map(({ type }) => type)).toContain("account.updated");
    expect(deadline(world, "a")?.misses).toBe(0);
    expect(deadline(world, "b")?.misses).toBe(1);
    expect(world.swept().filter(({ why }) => why === "deadline")).toHaveLength(2);
    await world.reconciler.stop();
  });

  test("and stays silent raises one alert after so many misses, until it is heard of", async () => {
    const [bank, world] = await opened(["a"]);
    await world.clock.advance(5 * 27 * HOUR_MS);
    expect(alerts(world)).toHaveLength(1);
    expect(alerts(world)[0]?.[2]).toMatchObject({ code: "missed_expectation", connection: "a" });
    expect(world.reconciler.state().silent).toBe(1);
    bank.change("a", 1);
    await world.clock.advance(27 * HOUR_MS);
    expect(world.reconciler.state().silent).toBe(0);
    await world.reconciler.stop();
  });

  test("and is gone is not expected any more", async () => {
    const [bank, world] = await opened(["a"]);
    bank.accounts.delete("a");
    await world.clock.advance(27 * HOUR_MS);
    expect(world.events().at(-1)?.type).toBe("account.deleted");
    expect(deadline(world, "a")).toBeNull();
    await world.clock.advance(60 * HOUR_MS);
    expect(bank.calls).toEqual(["a"]);
    await world.reconciler.stop();
  });

  test("keeps its deadline over a death", async () => {
    const [bank, world] = await opened(["a"]);
    const before = deadline(world, "a")?.by;
    await world.clock.advance(10 * HOUR_MS);
    await world.reborn();
    await world.start();
    await world.clock.advance(60_000);
    expect(deadline(world, "a")?.by).toBe(before);
    bank.calls.length = 0;
    await world.clock.advance(17 * HOUR_MS);
    expect(bank.calls).toEqual(["a"]);
    await world.reconciler.stop();
  });

  test("of a provider that is away misses nothing, and the provider is not stormed", async () => {
    const [bank, world] = await opened(["a", "b", "c"]);
    bank.away = true;
    await world.clock.advance(30 * HOUR_MS);
    // Every five minutes at most, one call each.
    expect(bank.calls.length).toBeLessThan(80);
    expect(deadline(world, "a")?.misses).toBe(0);
    bank.away = false;
    await world.clock.advance(600_000);
    expect(deadline(world, "a")?.misses).toBe(1);
    await world.reconciler.stop();
  });
});

test("a thousand deadlines of the same minute pass over half of the grace, not at once", () => {
  const passing = Array.from({ length: 1_000 }, (_, n) =>
    deadlineAfter(0, `key-${n}`, expectation),
  );
  const perMinute = Map.groupBy(passing, (by) => Math.floor(by / 60_000));
  expect(Math.max(...[...perMinute.values()].map(({ length }) => length))).toBeLessThan(50);
});

test("a thousand that are overdue together are asked for one after another, all of them", async () => {
  const keys = Array.from({ length: 1_000 }, (_, n) => `key-${n}`);
  const [bank, world] = await opened(keys);
  await world.reconciler.stop();
  await world.clock.advance(40 * HOUR_MS);
  await world.reborn();
  bank.calls.length = 0;
  await world.start();
  await world.clock.advance(300_000);
  const asked = bank.calls.filter((call) => call !== "list");
  expect([asked.length, new Set(asked).size, bank.busyMax <= 2]).toEqual([1_000, 1_000, true]);
  await world.reconciler.stop();
}, 30_000);

test("the silent connections of a provider that only lists are found by one sweep for all of them", async () => {
  const bank = new ListingBank();
  const world = new ReconcileWorld(bank, settings);
  await world.start();
  for (let n = 0; n < 40; n++) {
    await world.webhook({ id: `w${n}`, account: `acc-${n}`, at: world.clock.now() });
  }
  await world.clock.advance(60_000);
  const before = bank.asks.length;
  await world.clock.advance(27 * HOUR_MS);
  const sweeps = bank.asks.length - before;
  expect(sweeps).toBeGreaterThan(0);
  // An hour of deadlines, gathered for five minutes each.
  expect(sweeps).toBeLessThanOrEqual(14);
  world.store.catchUp();
  expect(world.store.now.deadline("bank", "acc-3")?.misses).toBe(1);
  await world.reconciler.stop();
});

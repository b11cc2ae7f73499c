import { describe, expect, test } from "bun:test";
import { ListingBank, within } from "../support/reconcile-bank.ts";
import { HOUR_MS, ReconcileWorld, reconcileSettings, refusal } from "../support/reconcile-world.ts";

const ids = (world: ReconcileWorld): string[] => world.events().map(({ dedupeKey }) => dedupeKey);

async function swept(world: ReconcileWorld) {
  return within(world.clock, world.reconciler.sweep("demand").finished);
}

describe("a sweep of a list", () => {
  test("brings what no webhook brought, oldest first, and nothing twice", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank);
    await world.start();
    for (const id of ["e1", "e2", "e3", "e4", "e5"]) {
      await world.clock.advance(1_000);
      const event = bank.happen(id, world.clock.now());
      if (id === "e2") await world.webhook(event);
    }
    const report = await swept(world);
    expect([report.phase, report.found, report.recovered]).toEqual(["done", 5, 4]);
    expect(ids(world)).toEqual(["e2", "e1", "e3", "e4", "e5"]);
    expect(world.posted.map(({ seq }) => seq)).toEqual(
      world
        .events()
        .slice(1)
        .map(({ seq }) => seq),
    );
    const again = await swept(world);
    expect([again.found, again.recovered]).toEqual([5, 0]);
    expect(ids(world)).toHaveLength(5);
    await world.reconciler.stop();
  });

  test("begins where the last one ended, less the overlap", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank, reconcileSettings({ everyMs: null }));
    await world.start();
    await world.clock.advance(HOUR_MS);
    const first = await swept(world);
    await world.clock.advance(HOUR_MS);
    const second = await swept(world);
    expect(bank.asks.at(-1)?.since).toBe(first.to - 60_000);
    expect([second.from, second.to]).toEqual([first.to, world.clock.now()]);
    await world.reconciler.stop();
  });

  test("after a time of being down covers it from the last sign of life", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank);
    const lastAliveAt = world.clock.now() - 5 * HOUR_MS;
    bank.happen("lost", world.clock.now() - 2 * HOUR_MS);
    await world.reborn({ lastAliveAt });
    await world.start();
    expect(ids(world)).toEqual(["lost"]);
    expect(world.swept().at(-1)).toMatchObject({ why: "start", from: lastAliveAt });
    await world.reconciler.stop();
  });

  test("in the first life of all does not bring the past, unless an operator asks for it", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank);
    bank.happen("old", world.clock.now() - 3 * HOUR_MS);
    await world.start();
    expect(ids(world)).toEqual([]);
    const since = world.clock.now() - 4 * HOUR_MS;
    await within(world.clock, world.reconciler.sweep("demand", since).finished);
    expect(ids(world)).toEqual(["old"]);
    await world.reconciler.stop();
  });

  test("that fails says so, leaves the cursor, and is tried again until the provider is back", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank);
    await world.start();
    const [{ cursor } = { cursor: null }] = world.swept();
    bank.happen("e1", world.clock.now() + 1_000);
    bank.away = true;
    await world.clock.advance(2_000);
    const failed = await swept(world);
    expect([failed.phase, failed.error?.code]).toEqual(["failed", "unavailable"]);
    expect(world.store.now.reconcileState("bank").cursor).toBe(cursor);
    expect(world.reconciler.state().activity).toBe("resting");
    const calls = bank.asks.length;
    await world.clock.advance(HOUR_MS);
    // 5 s doubled up to 10 min, at least half of each: a dozen tries an hour, not thousands.
    expect(bank.asks.length - calls).toBeLessThan(20);
    bank.away = false;
    await world.clock.advance(11 * 60_000);
    expect(ids(world)).toEqual(["e1"]);
    await world.reconciler.stop();
  });

  for (const order of ["oldest", "newest"] as const) {
    test(`that dies before or after any commit brings everything once after the next start (${order} first)`, async () => {
      for (let dying = 1; dying <= 6; dying++) {
        for (const when of ["before", "after"] as const) {
          const bank = new ListingBank(order);
          const world = new ReconcileWorld(bank);
          await world.start();
          for (let n = 0; n < 7; n++) bank.happen(`e${n}`, world.clock.now() + n);
          await world.clock.advance(1_000);
          let commit = 0;
          const die = (): void => {
            if (++commit === dying) throw refusal();
          };
          if (when === "before") world.commits.before = die;
          else world.commits.after = die;
          const died = world.clock.now();
          await swept(world);
          world.commits.before = () => undefined;
          world.commits.after = () => undefined;
          await world.reborn({ lastAliveAt: died });
          await world.start();
          await world.clock.advance(60_000);
          expect(ids(world).toSorted()).toEqual(["e0", "e1", "e2", "e3", "e4", "e5", "e6"]);
          await world.reconciler.stop();
        }
      }
    });
  }

  test("leaves out what is no event, and goes on", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank);
    await world.start();
    await world.clock.advance(1_000);
    bank.happen("fine", world.clock.now());
    bank.happen("x".repeat(10), world.clock.now(), "y".repeat(600));
    const report = await swept(world);
    expect([report.phase, report.recovered]).toEqual(["done", 1]);
    expect(world.lines.some(([level]) => level === "warn")).toBe(true);
    await world.reconciler.stop();
  });

  test("whose pages do not end is ended", async () => {
    const bank = new ListingBank();
    bank.list = async () => ({ ok: true, value: { missed: [], next: "same", keep: null } });
    const world = new ReconcileWorld(bank);
    const report = await swept(world);
    expect(report.error?.code).toBe("unreadable");
    await world.reconciler.stop();
  });
});

describe("sweeps of one source", () => {
  test("never run side by side, and those asked for meanwhile are one", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank, reconcileSettings({ everyMs: null }));
    await world.start();
    const before = bank.asks.length;
    let busy = 0;
    let busyMax = 0;
    bank.paging = async () => {
      busyMax = Math.max(busyMax, ++busy);
      await new Promise<void>((resolve) => world.clock.after(5_000, resolve));
      busy--;
    };
    const asked = Array.from({ length: 10 }, () => world.reconciler.sweep("demand"));
    await within(world.clock, Promise.all(asked.map(({ finished }) => finished)));
    expect([busyMax, bank.asks.length - before]).toEqual([1, 2]);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
    await world.reconciler.stop();
  });

  test("come by themselves every so often, and drift by a tenth at most", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank);
    await world.start();
    await world.clock.advance(20 * HOUR_MS);
    const at = world.swept().map((fact) => fact.to);
    for (const [index, time] of at.entries()) {
      if (index === 0) continue;
      const gap = time - (at[index - 1] ?? 0);
      expect(gap).toBeGreaterThanOrEqual(13.5 * 60_000);
      expect(gap).toBeLessThanOrEqual(16.6 * 60_000);
    }
    expect(at.length).toBeGreaterThan(70);
    await world.reconciler.stop();
  });

  test("end within two seconds when the process does, whatever the provider does", async () => {
    const bank = new ListingBank();
    const world = new ReconcileWorld(bank);
    bank.paging = () => new Promise(() => undefined);
    world.reconciler.start();
    await world.clock.advance(10);
    let stopped = false;
    void world.reconciler.stop().then(() => {
      stopped = true;
    });
    await world.clock.advance(2_000);
    expect(stopped).toBe(true);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type BankState, KnowingBank, within } from "../support/reconcile-bank.ts";
import { ReconcileWorld, reconcileSettings, refusal } from "../support/reconcile-world.ts";

const slow = (world: ReconcileWorld, ms: number) => () =>
  new Promise<void>((resolve) => world.clock.after(ms, resolve));

/** The last state that each connection's events tell of; a deleted one has none. */
function rebuilt(world: ReconcileWorld): Map<string, BankState> {
  const states = new Map<string, BankState>();
  for (const event of world.events()) {
    const key = event.connection ?? "";
    if (event.type === "account.deleted") states.delete(key);
    else states.set(key, world.payload(event) as BankState);
  }
  return states;
}

const told = (world: ReconcileWorld): string[] =>
  world.events().map(({ type, connection, origin }) => `${type} ${connection} ${origin}`);

async function opened(...keys: string[]): Promise<[KnowingBank, ReconcileWorld]> {
  const bank = new KnowingBank();
  const world = new ReconcileWorld(bank, reconcileSettings({ everyMs: null }));
  for (const key of keys) bank.change(key, 0);
  await world.start();
  await world.clock.advance(10);
  bank.calls.length = 0;
  return [bank, world];
}

const sweep = (world: ReconcileWorld) =>
  within(world.clock, world.reconciler.sweep("demand").finished);

describe("a source that only knows states", () => {
  test("tells of every connection at the first sweep, which counts as nothing healed", async () => {
    const [, world] = await opened("a", "b");
    expect(told(world)).toEqual(["account.created a poll", "account.created b poll"]);
    expect(world.store.now.reconcileState("bank").recovered).toBe(0);
    await sweep(world);
    expect(world.events()).toHaveLength(2);
    await world.reconciler.stop();
  });

  test("has what a sweep finds later counted as healed, by connection", async () => {
    const [bank, world] = await opened("a", "b");
    bank.change("a", 5);
    const report = await sweep(world);
    expect(report.recovered).toBe(1);
    world.store.catchUp();
    expect(world.store.now.reconcileState("bank").recovered).toBe(1);
    expect(world.store.now.healed(report.id)).toMatchObject([{ connection: "a", recovered: 1 }]);
    await world.reconciler.stop();
  });

  test("follows a hint with one fetch of that connection, and its event counts as the webhook's", async () => {
    const [bank, world] = await opened("a", "b");
    bank.change("a", 5);
    world.reconciler.hinted("a");
    await world.clock.advance(10);
    expect(bank.calls).toEqual(["a"]);
    expect(told(world).at(-1)).toBe("account.updated a webhook");
    await world.reconciler.stop();
  });

  test("follows a hundred hints for one connection with one fetch, and one more for those during it", async () => {
    const [bank, world] = await opened("a");
    bank.answering = slow(world, 1_000);
    for (let n = 0; n < 100; n++) world.reconciler.hinted("a");
    await world.clock.advance(500);
    for (let n = 0; n < 100; n++) world.reconciler.hinted("a");
    await world.clock.advance(10_000);
    expect(bank.calls).toEqual(["a", "a"]);
    await world.reconciler.stop();
  });

  test("follows hints that name nobody it knows with a sweep, however many, and not more often than every 5 s", async () => {
    const [bank, world] = await opened("a");
    bank.change("new", 1);
    for (let n = 0; n < 50; n++) world.reconciler.hinted(n % 2 === 0 ? "new" : null);
    await world.clock.advance(100);
    expect(bank.calls).toEqual(["list"]);
    expect(told(world).at(-1)).toBe("account.created new webhook");
    for (let n = 0; n < 50; n++) {
      world.reconciler.hinted(`forged-${n}`);
      await world.clock.advance(200);
    }
    expect(bank.calls.length).toBeLessThanOrEqual(4);
    await world.reconciler.stop();
  });

  test("goes on trying a hint while the provider is away, more and more rarely", async () => {
    const [bank, world] = await opened("a");
    bank.change("a", 5);
    bank.away = true;
    world.reconciler.hinted("a");
    await world.clock.advance(600_000);
    expect(bank.calls.length).toBeLessThan(20);
    bank.away = false;
    await world.clock.advance(180_000);
    expect(told(world).at(-1)).toBe("account.updated a webhook");
    await world.reconciler.stop();
  });

  test("takes a connection for gone when a complete list lacks it and it is not found by name", async () => {
    const [bank, world] = await opened("a", "b");
    bank.accounts.delete("a");
    bank.complete = false;
    await sweep(world);
    expect(world.events()).toHaveLength(2);
    bank.complete = true;
    await sweep(world);
    expect(told(world).at(-1)).toBe("account.deleted a poll");
    await sweep(world);
    expect(world.events()).toHaveLength(3);
    await world.reconciler.stop();
  });

  test("does not take a connection for gone that only the list lacks", async () => {
    const [bank, world] = await opened("a", "b");
    bank.list = async () => ({ ok: true, value: { states: [], next: null, complete: true } });
    const report = await sweep(world);
    expect([report.phase, bank.calls, world.events().length]).toEqual(["done", ["a", "b"], 2]);
    await world.reconciler.stop();
  });

  test("is not taken back by a list that was asked for before a fetch and comes after it", async () => {
    const [bank, world] = await opened("a");
    bank.answering = (call) => (call === "list" ? slow(world, 5_000)() : undefined);
    const swept = world.reconciler.sweep("demand").finished;
    await world.clock.advance(1_000);
    bank.change("a", 7);
    world.reconciler.hinted("a");
    await world.clock.advance(1_000);
    expect(rebuilt(world).get("a")?.balance).toBe(7);
    await within(world.clock, swept);
    await world.clock.advance(1_000);
    expect(world.events()).toHaveLength(2);
    expect(rebuilt(world).get("a")?.balance).toBe(7);
    // What crossed is asked for once more.
    expect(bank.calls).toEqual(["list", "a", "a"]);
    await world.reconciler.stop();
  });

  test("has snapshot and events in one commit: a refused one leaves neither, a lost answer repeats neither", async () => {
    for (const when of ["before", "after"] as const) {
      const [bank, world] = await opened("a");
      bank.change("a", 5);
      world.commits[when] = () => {
        throw refusal();
      };
      await sweep(world);
      world.commits[when] = () => undefined;
      expect(world.events()).toHaveLength(when === "before" ? 1 : 2);
      await world.reborn();
      await world.start();
      await world.clock.advance(1_000);
      expect(told(world)).toEqual(["account.created a poll", "account.updated a poll"]);
      await world.reconciler.stop();
    }
  });
});

type Step =
  | { readonly what: "change" | "delete"; readonly key: string }
  | { readonly what: "hint"; readonly key: string | null; readonly times: number }
  | { readonly what: "sweep" | "die" | "away" | "back" }
  | { readonly what: "pass"; readonly ms: number };

const key = fc.constantFrom("a", "b", "c");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: key.map((key) => ({ what: "change" as const, key })) },
  { weight: 1, arbitrary: key.map((key) => ({ what: "delete" as const, key })) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("hint" as const),
      key: fc.option(fc.constantFrom("a", "b", "c", "forged"), { nil: null }),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("sweep", "away", "back", "die") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("pass" as const),
      ms: fc.integer({ min: 1, max: 9_000 }),
    }),
  },
);

async function act(bank: KnowingBank, world: ReconcileWorld, step: Step): Promise<void> {
  switch (step.what) {
    case "change":
      return bank.change(step.key, world.random.below(1_000));
    case "delete":
      return void bank.accounts.delete(step.key);
    case "hint":
      for (let n = 0; n < step.times; n++) world.reconciler.hinted(step.key);
      return;
    case "sweep":
      return void world.reconciler.sweep("demand");
    case "away":
    case "back":
      bank.away = step.what === "away";
      return;
    case "die":
      await within(world.clock, world.reborn());
      return world.start();
    case "pass":
      return world.clock.advance(step.ms);
  }
}

test("whatever changes, and whichever hints are lost, doubled or forged: once faults stop, events in order rebuild the truth, none twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), async (steps, seed) => {
      const bank = new KnowingBank();
      const world = new ReconcileWorld(bank, reconcileSettings({ everyMs: 60_000 }));
      let chance = seed;
      bank.answering = () => {
        chance = (chance * 48_271 + 11) % 2_147_483_647;
        return chance % 3 === 0 ? slow(world, chance % 3_000)() : undefined;
      };
      await world.start();
      // A version that was deleted does not come back with the same number.
      bank.change = (key, balance) => {
        versions.set(key, (versions.get(key) ?? 0) + 1);
        bank.accounts.set(key, { version: versions.get(key) ?? 0, balance });
      };
      const versions = new Map<string, number>();
      for (const each of steps) await act(bank, world, each);
      bank.away = false;
      await world.clock.advance(20 * 60_000);
      expect(rebuilt(world)).toEqual(new Map(bank.accounts));
      const ids = world.events().map(({ connection, dedupeKey }) => `${connection} ${dedupeKey}`);
      expect(new Set(ids).size).toBe(ids.length);
      await Promise.all([world.reconciler.stop(), world.clock.advance(3_000)]);
    }),
    { numRuns: 60 },
  );
}, 60_000);

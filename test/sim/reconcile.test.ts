import { expect, test } from "bun:test";
import { simulateReconciling } from "./reconcile-simulate.ts";

const SEEDS = 50;

test("whatever the provider and the process go through: in the end the truth is known, each difference was told once, and the provider was treated well", async () => {
  let [deaths, healed, unanswered] = [0, 0, 0];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const sim = await simulateReconciling(seed);
    deaths += sim.deaths;
    healed += sim.store.now.reconcileState("bank").recovered;
    unanswered += sim.finlink.stats().webhooks.unanswered;
  }
  // The faults were there, and they were healed.
  expect([deaths > SEEDS, healed > 10 * SEEDS, unanswered > SEEDS]).toEqual([true, true, true]);
}, 120_000);

test("one seed is one play: two runs give the same log", async () => {
  for (const seed of [2, 11]) {
    const [first, second] = [await simulateReconciling(seed), await simulateReconciling(seed)];
    expect(second.lines).toEqual(first.lines);
  }
}, 30_000);

import { expect, test } from "bun:test";
import { simulate } from "./simulate.ts";
import { MemoryStore } from "./store.ts";

const SEEDS = 200;

test("whatever happens, nothing is lost, doubled or out of order, and all settles in the end", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) await simulate(seed, new MemoryStore());
}, 120_000);

test("one seed is one life: two runs give the same log", async () => {
  const first = await simulate(7, new MemoryStore());
  const second = await simulate(7, new MemoryStore());
  expect(second).toEqual(first);
});

import { expect, test } from "bun:test";
import { InlineStore } from "./inline-store.ts";
import { simulate } from "./simulate.ts";
import { MemoryStore } from "./store.ts";

const SEEDS = 200;
const REAL_SEEDS = 60;

const memory = () => new MemoryStore();

test("whatever happens, nothing is lost, doubled or out of order, and all settles in the end", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) await simulate(seed, memory);
}, 120_000);

test("the same holds on the real log and its projection", async () => {
  for (let seed = 1; seed <= REAL_SEEDS; seed++) {
    await simulate(seed, (clock) => new InlineStore(clock));
  }
}, 120_000);

test("one seed is one life: two runs give the same log", async () => {
  const first = await simulate(7, memory);
  const second = await simulate(7, memory);
  expect(second).toEqual(first);
});

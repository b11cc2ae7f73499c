import { expect, test } from "bun:test";
import { noLog } from "../../src/base/log.ts";
import { ReadRefused } from "../../src/journal/journal.ts";
import { Asking } from "../../src/mailbox/asking.ts";
import { SimClock } from "../support/sim-clock.ts";

function setUp(read: (asks: readonly number[]) => Promise<readonly number[]>) {
  const clock = new SimClock();
  const batches: number[][] = [];
  const got: number[] = [];
  const asking = new Asking<number, number>(
    { clock, log: noLog },
    { batch: 4, flights: 1 },
    (asks) => {
      batches.push([...asks]);
      return read(asks);
    },
  );
  const ask = (n: number): void =>
    asking.add(
      n,
      (answer) => got.push(answer),
      () => got.push(-n),
    );
  return { clock, asking, batches, got, ask };
}

test("what is asked within a turn is read together, a bounded batch at a time", async () => {
  const { clock, asking, batches, got, ask } = setUp(async (asks) => asks.map((n) => n * 10));
  for (const n of [1, 2, 3, 4, 5, 6]) ask(n);
  asking.turn();
  await clock.settle();
  expect(batches).toEqual([
    [1, 2, 3, 4],
    [5, 6],
  ]);
  expect(got).toEqual([10, 20, 30, 40, 50, 60]);
});

test("a refused batch is asked again, and nobody fails", async () => {
  let refusals = 3;
  const { clock, asking, got, ask } = setUp(async (asks) => {
    if (refusals-- > 0) throw new ReadRefused("behind", "behind");
    return asks;
  });
  for (const n of [1, 2]) ask(n);
  asking.turn();
  await clock.advance(10_000);
  expect(got).toEqual([1, 2]);
});

test("one ask that breaks the reader fails alone", async () => {
  const { clock, asking, got, ask } = setUp(async (asks) => {
    if (asks.includes(3)) throw new Error("damaged");
    return asks;
  });
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) ask(n);
  asking.turn();
  await clock.advance(60_000);
  expect(got.toSorted((a, b) => a - b)).toEqual([-3, 1, 2, 4, 5, 6, 7, 8]);
});

test("a reader that is down fails nobody, and all are answered once it is back", async () => {
  let down = true;
  const { clock, asking, got, ask } = setUp(async (asks) => {
    if (down) throw new Error("the thread ended");
    return asks;
  });
  for (const n of [1, 2, 3]) ask(n);
  asking.turn();
  await clock.advance(120_000);
  expect(got).toEqual([]);
  down = false;
  await clock.advance(30_000);
  expect(got.toSorted()).toEqual([1, 2, 3]);
});

test("a reader that forgets an answer breaks its batch", async () => {
  let forgetful = true;
  const { clock, asking, got, ask } = setUp(async (asks) => (forgetful ? asks.slice(1) : asks));
  ask(1);
  ask(2);
  asking.turn();
  await clock.advance(1_000);
  forgetful = false;
  await clock.advance(30_000);
  expect(got.toSorted()).toEqual([1, 2]);
});

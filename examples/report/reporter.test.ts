import { expect, test } from "bun:test";
import { deliver, inbox, sample } from "longstop/testing";
import config from "./longstop.config.ts";

const { takings } = config.sources;
const told = (type: string, day: string, cents?: number) =>
  sample(takings, type, { data: { shop: "harbour", day, ...(cents && { cents }) } });

test("the day's end reports what was sold on it, and the next day begins at nothing", async () => {
  const shop = inbox(takings);
  await shop.receive(told("sale", "2026-05-01", 450));
  await shop.receive(told("sale", "2026-05-01", 1050));
  await shop.receive(told("sale", "2026-05-02", 99)); // The till's clock is ahead.
  const first = await shop.receive(told("day.ended", "2026-05-01"));
  expect(first.emitted).toEqual([
    {
      type: "report.ready",
      id: "harbour-2026-05-01",
      data: { shop: "harbour", day: "2026-05-01", text: "harbour, 2026-05-01: 2 sales, 15.00" },
    },
  ]);
  const second = await shop.receive(told("day.ended", "2026-05-02"));
  expect(second.emitted[0]?.data.text).toBe("harbour, 2026-05-02: 1 sales, 0.99");
});

test("a sale that comes after its report is seen, not lost", async () => {
  const shop = inbox(takings);
  await shop.receive(told("day.ended", "2026-05-01"));
  expect(await shop.receive(told("sale", "2026-05-01", 450))).toMatchObject({
    outcome: "failed",
    reason: "the report of 2026-05-01 is out already",
  });
});

test("a report that could not be written is written on the next attempt, from the same sums", async () => {
  const state = { open: { "2026-05-01": { sales: 1, cents: 450 } } };
  const result = await deliver(takings, told("day.ended", "2026-05-01"), {
    state,
    failures: { "write report": [new Error("no paper"), null] },
    until: "settled",
  });
  expect(result).toMatchObject({ outcome: "completed", attempts: 2 });
  expect(result.emitted[0]?.data.text).toBe("harbour, 2026-05-01: 1 sales, 4.50");
});

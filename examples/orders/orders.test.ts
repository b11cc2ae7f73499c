import { expect, test } from "bun:test";
import { inbox, sample } from "longstop/testing";
import config from "./longstop.config.ts";

const { shop } = config.sources;
const order = {
  id: 1001,
  line_items: [
    { sku: "MUG-1", quantity: 2 },
    { sku: null, quantity: 1 },
  ],
};
const told = (type: string) => sample(shop, type, { data: order });

test("a paid order is asked for once, with what can be picked", async () => {
  const orders = inbox(shop);
  const first = await orders.receive(told("orders/paid"));
  expect(first.emitted).toEqual([
    {
      type: "pick.requested",
      id: null,
      data: { order: 1001, lines: [{ sku: "MUG-1", quantity: 2 }] },
    },
  ]);
  // Shopify tells again of the same order, as another event.
  const second = await orders.receive(told("orders/paid"));
  expect(second).toMatchObject({ outcome: "skipped", emitted: [] });
});

test("a cancelled order is called back once it was asked for, and not before", async () => {
  const asked = inbox(shop);
  await asked.receive(told("orders/paid"));
  const cancelled = await asked.receive(told("orders/cancelled"));
  expect(cancelled.emitted).toMatchObject([{ type: "pick.cancelled", data: { order: 1001 } }]);

  const early = inbox(shop);
  expect((await early.receive(told("orders/cancelled"))).emitted).toEqual([]);
  expect(await early.receive(told("orders/paid"))).toMatchObject({
    outcome: "skipped",
    reason: "cancelled before it was paid",
  });
});

test("an order that nobody can pick becomes a dead letter at once, not after retries", async () => {
  const empty = sample(shop, "orders/paid", { data: { ...order, line_items: [] } });
  const result = await inbox(shop).receive(empty);
  expect(result).toMatchObject({ outcome: "failed", attempts: 1 });
});

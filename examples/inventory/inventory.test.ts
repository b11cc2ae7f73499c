import { expect, test } from "bun:test";
import { inbox, sample } from "longstop/testing";
import config from "./longstop.config.ts";

const { stock } = config.sources;
const movement = (kind: string, quantity: number, id?: string) =>
  sample(stock, kind, { ...(id === undefined ? {} : { id }), data: { sku: "MUG-1", quantity } });

test("each movement counts once, however often it is sent", async () => {
  const articles = inbox<{ onHand?: number }>(stock);
  await articles.receive(movement("counted", 40));
  await articles.receive(movement("sold", 3, "till-7"));
  expect(await articles.receive(movement("sold", 3, "till-7"))).toMatchObject({
    outcome: "duplicate",
  });
  await articles.receive(movement("received", 5));
  expect(articles.state("MUG-1").onHand).toBe(42);
});

test("sales at the same moment do not lose each other", async () => {
  const articles = inbox<{ onHand?: number }>(stock);
  await articles.receive(movement("counted", 100));
  await Promise.all(Array.from({ length: 50 }, () => articles.receive(movement("sold", 1))));
  expect(articles.state("MUG-1").onHand).toBe(50);
});

test("purchasing hears of an article that becomes low once", async () => {
  const articles = inbox(stock);
  await articles.receive(movement("counted", 11));
  const low = await articles.receive(movement("sold", 2));
  expect(low.emitted).toMatchObject([{ type: "stock.low", data: { sku: "MUG-1", onHand: 9 } }]);
  expect((await articles.receive(movement("sold", 1))).emitted).toEqual([]);
  await articles.receive(movement("received", 20));
  expect((await articles.receive(movement("sold", 20))).emitted).toHaveLength(1);
});

test("a movement without a whole number is a dead letter that says where", async () => {
  const wrong = sample(stock, "sold", { data: { sku: "MUG-1", quantity: "3" } });
  expect(await inbox(stock).receive(wrong)).toMatchObject({
    outcome: "failed",
    error: { code: "schema_invalid", message: expect.stringContaining("/quantity") },
  });
});

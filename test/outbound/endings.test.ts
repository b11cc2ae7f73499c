import { describe, expect, test } from "bun:test";
import { answer, fault, OutboundWorld } from "../support/outbound-world.ts";

const S = 1_000;
const H = 3_600 * S;

describe("a process that ends", () => {
  test("between a try and its record sends again under the same id, and signs anew", async () => {
    const first = await new OutboundWorld().start();
    const { id, url } = await first.endpoint("shop");
    first.http.on(url, () => null);
    const event = await first.publish("order.created");
    expect(first.http.to(url)).toHaveLength(1);
    // The first process is never heard of again.
    const { clock, http, journal } = first;
    http.on(url, () => answer(200));
    const second = await new OutboundWorld({ clock, http, journal, seed: 2 }).start();
    await second.clock.advance(S);
    const [one, two] = http.to(url);
    expect(two?.headers["webhook-id"]).toBe(one?.headers["webhook-id"] ?? "");
    expect(await second.delivery(event, id)).toMatchObject({ status: "delivered", attempts: 1 });
  });

  test("in good order gives back what is under way, without an attempt", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("slow");
    world.http.on(url, () => null);
    const event = await world.publish("order.created");
    const stopping = world.outbound.stop(2 * S);
    await world.clock.advance(4 * S);
    await stopping;
    expect(await world.delivery(event, id)).toMatchObject({ status: "pending", attempts: 0 });
    expect(world.http.inFlight).toBe(0);
    expect(world.clock.nextIn()).toBeNull();
  });
});

describe("a journal that refuses", () => {
  test("holds the outcome until it takes it: nothing is sent twice", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shop");
    let refusals = 3;
    const journal = world.journal.journal;
    const record = journal.record.bind(journal);
    const { JournalRefused } = await import("../../src/journal/journal.ts");
    journal.record = (fact) => {
      if (fact.kind !== "tried" || refusals-- <= 0) return record(fact);
      return Promise.reject(new JournalRefused("disk_full", "on demand"));
    };
    world.http.on(url, () => answer(200));
    const event = await world.publish("order.created");
    expect(await world.delivery(event, id)).toMatchObject({ status: "pending" });
    await world.clock.advance(5 * S);
    expect(await world.delivery(event, id)).toMatchObject({ status: "delivered" });
    expect(world.http.to(url)).toHaveLength(1);
  });
});

test("an endpoint whose requests fail at once is asked for nothing while nothing is owed", async () => {
  const world = await new OutboundWorld().start();
  const { url } = await world.endpoint("idle");
  world.http.on(url, () => fault("connect_failed"));
  await world.clock.advance(24 * H);
  expect(world.http.asks).toHaveLength(0);
  expect(world.clock.nextIn()).toBeNull();
});

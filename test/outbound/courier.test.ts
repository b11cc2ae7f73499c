import { describe, expect, test } from "bun:test";
import type { Appended } from "../../src/journal/facts.ts";
import { answer, endpointSettings, OutboundWorld } from "../support/outbound-world.ts";

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;

const many = (n: number): string[] => Array.from({ length: n }, (_, place) => `order.${place}`);

async function publishAll(
  world: OutboundWorld,
  types: readonly string[],
  connection: string | null = null,
) {
  const events: Appended[] = [];
  for (const type of types) events.push(await world.publish(type, {}, connection));
  return events;
}

describe("one endpoint and the others", () => {
  test("one that hangs delays no other", async () => {
    const world = await new OutboundWorld().start();
    const dead = await world.endpoint("dead");
    const quick = await world.endpoint("quick");
    world.http.on(dead.url, () => null);
    world.http.on(quick.url, () => answer(200));
    await publishAll(world, many(20));
    expect(world.http.to(quick.url)).toHaveLength(20);
    expect(world.http.to(dead.url)).toHaveLength(4);
  });

  test("no more requests are under way than its concurrency allows, and a backlog is held in the journal", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("slow", { concurrency: 3 });
    await world.settled(world.outbound.sending.pause(id, null, "key_1"));
    await publishAll(world, many(200));
    expect(world.http.to(url)).toHaveLength(0);
    const finish: (() => void)[] = [];
    world.http.on(url, () => new Promise((resolve) => finish.push(() => resolve(answer(200)))));
    await world.settled(world.outbound.sending.resume(id, "key_1"));
    expect(world.http.to(url)).toHaveLength(3);
    while (finish.length > 0) {
      for (const go of finish.splice(0)) go();
      await world.clock.settle();
    }
    expect(world.http.to(url)).toHaveLength(200);
    expect(world.http.mostInFlight).toBe(3);
  });

  test("its rate is kept, and the burst before it", async () => {
    const world = await new OutboundWorld().start();
    const { url } = await world.endpoint("paced", { rateLimit: { perSecond: 2, burst: 3 } });
    world.http.on(url, () => answer(200));
    await publishAll(world, many(9));
    expect(world.http.to(url)).toHaveLength(3);
    await world.clock.advance(S);
    expect(world.http.to(url)).toHaveLength(5);
    await world.clock.advance(2 * S);
    expect(world.http.to(url)).toHaveLength(9);
  });
});

describe("what a subscriber says", () => {
  test("Retry-After is obeyed for the delivery, and the whole endpoint is left alone", async () => {
    const world = await new OutboundWorld().start();
    const { url } = await world.endpoint("busy", { concurrency: 1 });
    world.http.on(url, (_, n) => (n === 1 ? answer(429, { "retry-after": "90" }) : answer(200)));
    await publishAll(world, many(3));
    await world.clock.advance(89 * S);
    expect(world.http.to(url)).toHaveLength(1);
    await world.clock.advance(2 * S);
    expect(world.http.to(url)).toHaveLength(4);
  });

  test("an absurd Retry-After is bounded: a day for the delivery, five minutes for the endpoint", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("busy", { concurrency: 1 });
    world.http.on(url, (_, n) =>
      n === 1 ? answer(503, { "retry-after": "99999999999" }) : answer(200),
    );
    const [first] = await publishAll(world, many(2));
    await world.clock.advance(5 * MIN + S);
    expect(world.http.to(url)).toHaveLength(2);
    await world.clock.advance(24 * H);
    expect(world.http.to(url)).toHaveLength(3);
    expect(await world.delivery(first as Appended, id)).toMatchObject({ status: "delivered" });
  });

  test("410 disables the endpoint at once, and what it is owed waits until it is enabled", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("gone", { concurrency: 1 });
    world.http.on(url, (_, n) => (n === 1 ? answer(410) : answer(200)));
    await world.settled(world.outbound.sending.pause(id, null, "key_1"));
    const [first, second] = await publishAll(world, many(2));
    await world.settled(world.outbound.sending.resume(id, "key_1"));
    await world.clock.advance(H);
    expect(world.http.to(url)).toHaveLength(1);
    expect(await world.journal.reads.endpoint(id)).toMatchObject({
      status: "disabled",
      pending: 1,
    });
    expect(await world.delivery(first as Appended, id)).toMatchObject({ status: "failed" });
    expect(
      world.logged.some(({ message }) => message.startsWith("alert: an endpoint is disabled")),
    ).toBe(true);
    const third = await world.publish("order.later");
    await world.settled(world.outbound.sending.enable(id, "key_1"));
    expect(await world.delivery(second as Appended, id)).toMatchObject({ status: "delivered" });
    await expect(world.delivery(third, id)).rejects.toThrow("no such delivery");
  });

  test("a redirect is a failure that names where it leads, and is not followed", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("moved");
    world.http.on(url, () => answer(307, { location: "http://169.254.169.254/latest" }));
    const event = await world.publish("order.created");
    const row = await world.delivery(event, id);
    expect(row.error?.message).toContain("http://169.254.169.254/latest");
    expect(world.http.asks).toHaveLength(1);
  });

  test("a 2xx after the time-out does not count: it is sent again", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("late", { timeoutMs: 10 * S });
    world.http.on(url, (_, n) =>
      n > 1
        ? answer(200)
        : new Promise((resolve) => world.clock.after(11 * S, () => resolve(answer(200)))),
    );
    const event = await world.publish("order.created");
    await world.clock.advance(10 * S);
    expect(await world.delivery(event, id)).toMatchObject({
      status: "pending",
      error: { code: "timeout" },
    });
    await world.clock.advance(6 * S);
    expect(await world.delivery(event, id)).toMatchObject({ status: "delivered", attempts: 2 });
  });
});

describe("an endpoint that only fails", () => {
  test("the breaker rests it without spending attempts, and one request tries it again", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("down", { concurrency: 2 });
    world.http.on(url, () => answer(500));
    await publishAll(world, many(50));
    const tried = world.http.to(url).length;
    expect(tried).toBeLessThan(10);
    expect(world.outbound.states()[0]?.activity).toMatchObject({ state: "resting" });
    const row = await world.journal.reads.endpoint(id);
    expect(row).toMatchObject({ pending: 50 });
    world.http.on(url, () => answer(200));
    await world.clock.advance(30 * S);
    expect(await world.journal.reads.endpoint(id)).toMatchObject({ pending: 0, delivered: 50 });
    expect(world.http.mostInFlight).toBe(2);
  });

  test("is disabled after five days, and an alert says so", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("down");
    world.http.on(url, () => answer(500));
    await world.publish("order.first");
    await world.clock.advance(4 * 24 * H);
    await world.publish("order.second");
    expect(await world.journal.reads.endpoint(id)).toMatchObject({ status: "enabled" });
    await world.clock.advance(34 * H);
    expect(await world.journal.reads.endpoint(id)).toMatchObject({ status: "disabled" });
    expect(world.logged.filter(({ message }) => message.startsWith("alert:"))).toHaveLength(1);
  });

  test("one success in between starts the five days anew", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shaky");
    world.http.on(url, () => answer(500));
    await world.publish("order.first");
    await world.clock.advance(4 * 24 * H);
    world.http.on(url, () => answer(200));
    await world.publish("order.second");
    world.http.on(url, () => answer(500));
    await world.publish("order.third");
    await world.clock.advance(40 * H);
    expect(await world.journal.reads.endpoint(id)).toMatchObject({ status: "enabled" });
  });
});

describe("order", () => {
  test("of a connection the next one goes only when the former is delivered or given up", async () => {
    const world = await new OutboundWorld().start();
    const retry = endpointSettings().retry;
    const { url } = await world.endpoint("ledger", {
      order: "connection",
      retry: { ...retry, attempts: 2 },
    });
    world.http.on(url, ({ headers }) =>
      headers["longstop-type"] === "order.0" ? answer(500) : answer(200),
    );
    await publishAll(world, many(3), "acme");
    await world.publish("order.other", {}, "other");
    await world.publish("order.alone");
    const types = () => world.http.to(url).map(({ headers }) => headers["longstop-type"]);
    expect(types()).toEqual(["order.0", "order.other", "order.alone"]);
    await world.clock.advance(10 * S);
    expect(types().slice(3)).toEqual(["order.0", "order.1", "order.2"]);
  });

  test("without it, those behind a failing one overtake it", async () => {
    const world = await new OutboundWorld().start();
    const { url } = await world.endpoint("any");
    world.http.on(url, ({ headers }) =>
      headers["longstop-type"] === "order.0" ? answer(500) : answer(200),
    );
    await publishAll(world, many(3), "acme");
    expect(world.http.to(url)).toHaveLength(3);
  });
});

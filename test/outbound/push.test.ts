import { describe, expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { answer, fault, OutboundWorld } from "../support/outbound-world.ts";

const MIN = 60_000;

describe("pushing", () => {
  test("a published message reaches every endpoint that wants its type, and no other", async () => {
    // Given
    const world = await new OutboundWorld().start();
    const orders = await world.endpoint("orders", { types: ["order.*"] });
    const all = await world.endpoint("all");
    const bills = await world.endpoint("bills", { types: ["invoice.paid"] });
    for (const { url } of [orders, all, bills]) world.http.on(url, () => answer(200));
    // When
    const event = await world.publish("order.created", { total: 12 });
    // Then
    expect(world.http.to(orders.url)).toHaveLength(1);
    expect(world.http.to(all.url)).toHaveLength(1);
    expect(world.http.to(bills.url)).toHaveLength(0);
    const row = await world.delivery(event, orders.id);
    expect(row).toMatchObject({ status: "delivered", attempts: 1, responseStatus: 200 });
    const body = JSON.parse(String(world.http.to(all.url)[0]?.body));
    expect(body).toEqual({
      type: "order.created",
      timestamp: "2026-01-01T00:00:00.000Z",
      data: { total: 12 },
    });
  });

  test("what fails is tried again by the schedule under the same id, and then given up", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shop");
    world.http.on(url, () => answer(400));
    const event = await world.publish("order.created");
    await world.clock.advance(80 * 60 * MIN);
    const asks = world.http.to(url);
    expect(asks).toHaveLength(10);
    expect(new Set(asks.map((ask) => ask.headers["webhook-id"]))).toEqual(new Set([event.id]));
    const row = await world.delivery(event, id);
    expect(row).toMatchObject({ status: "failed", attempts: 10, error: { code: "http_400" } });
    expect(row.attemptLog).toHaveLength(10);
  });

  test("a subscriber that comes back gets what it was owed, once", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shop");
    world.http.on(url, (_, n) => (n < 3 ? fault("connect_failed") : answer(204)));
    const event = await world.publish("order.created");
    await world.clock.advance(10 * MIN);
    expect(await world.delivery(event, id)).toMatchObject({ status: "delivered", attempts: 3 });
    await world.clock.advance(100 * 60 * MIN);
    expect(world.http.to(url)).toHaveLength(3);
  });

  test("both well-known libraries verify what was signed, with one secret and with two", async () => {
    const world = await new OutboundWorld().start();
    world.clock.jump(Date.now() - world.clock.now());
    const { id, url, secret } = await world.endpoint("shop");
    world.http.on(url, () => answer(200));
    const rotated = await world.settled(
      world.outbound.sending.rotateSecret(id, { secret: null, overlapMs: 60_000 }, "key_1"),
    );
    await world.publish("order.created", { total: 12, text: "ü" });
    const [ask] = world.http.to(url);
    const next = rotated.ok ? rotated.value.secret : "";
    expect(secret).not.toBe(next);
    for (const each of [secret ?? "", next]) {
      const body = String(ask?.body);
      expect(new Webhook(each).verify(body, { ...ask?.headers })).toMatchObject({
        type: "order.created",
      });
      expect(() => new SvixWebhook(each).verify(body, { ...ask?.headers })).not.toThrow();
      expect(() => new SvixWebhook(each).verify(`${body} `, { ...ask?.headers })).toThrow();
    }
    expect(() => new Webhook(next).verify("{}", { ...ask?.headers })).toThrow();
  });
});

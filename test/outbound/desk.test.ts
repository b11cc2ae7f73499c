import { describe, expect, test } from "bun:test";
import type { EventId } from "../../src/base/ids.ts";
import { type DeliveryId, deliveryId, type EndpointId } from "../../src/journal/sending.ts";
import { answer, endpointSettings, OutboundWorld } from "../support/outbound-world.ts";

const S = 1_000;
const BY = "key_1";

describe("sending again", () => {
  test("a delivery that was given up begins anew, at once and with all its attempts", async () => {
    const world = await new OutboundWorld().start();
    const retry = { ...endpointSettings().retry, attempts: 1 };
    const { id, url } = await world.endpoint("shop", { retry });
    world.http.on(url, () => answer(400));
    const event = await world.publish("order.created");
    expect(await world.delivery(event, id)).toMatchObject({ status: "failed" });
    world.http.on(url, () => answer(200));
    await world.settled(world.outbound.sending.resend(deliveryId(event.id, id), BY));
    expect(await world.delivery(event, id)).toMatchObject({ status: "delivered", attempts: 1 });
    const unknown = "dlv_00000000zz0001_nobody" as DeliveryId;
    const refused = await world.settled(world.outbound.sending.resend(unknown, BY));
    expect(refused).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("all that failed since a time are sent again, and those before it are not", async () => {
    const world = await new OutboundWorld().start();
    const retry = { ...endpointSettings().retry, attempts: 1 };
    const { id, url } = await world.endpoint("shop", { retry });
    world.http.on(url, () => answer(400));
    await world.publish("order.old");
    await world.clock.advance(60 * S);
    const since = world.clock.now();
    for (let n = 0; n < 7; n++) await world.publish(`order.${n}`);
    world.http.on(url, () => answer(200));
    const resent = await world.settled(
      world.outbound.sending.resendFailed(id, { since, until: null }, BY),
    );
    expect(resent).toEqual({ ok: true, value: { resent: 7 } });
    await world.clock.advance(S);
    expect(await world.journal.reads.endpoint(id)).toMatchObject({ failed: 1, delivered: 7 });
  });

  test("any event goes to one endpoint, whether it wants its type or not", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shop", { types: ["never"] });
    world.http.on(url, () => answer(200));
    const event = await world.publish("order.created");
    expect(world.http.to(url)).toHaveLength(0);
    await world.settled(world.outbound.sending.send(event.id, id, BY));
    expect(await world.delivery(event, id)).toMatchObject({ status: "delivered" });
    const nothing = "evt_000000zzzz0001" as EventId;
    const refused = await world.settled(world.outbound.sending.send(nothing, id, BY));
    expect(refused).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("a test goes to its endpoint alone", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shop", { types: ["never"] });
    const other = await world.endpoint("other");
    world.http.on(url, () => answer(200));
    await world.settled(world.outbound.sending.test(id, BY));
    expect(world.http.to(url)[0]?.headers["longstop-type"]).toBe("longstop.test");
    expect(world.http.to(other.url)).toHaveLength(0);
  });
});

describe("publishing", () => {
  const message = { type: "order.created", data: '{"n":1}', connection: null };

  test("twice with one key is one event, and another message with it is a conflict", async () => {
    const world = await new OutboundWorld().start();
    const { url } = await world.endpoint("shop");
    world.http.on(url, () => answer(200));
    const publish = (data: string) =>
      world.settled(world.outbound.sending.publish({ ...message, data, idempotencyKey: "k1" }, BY));
    const first = await publish('{"n":1}');
    const second = await publish('{"n":1}');
    expect(first.ok && second.ok && second.value.id === first.value.id).toBe(true);
    expect(second).toMatchObject({ ok: true, value: { duplicate: true } });
    expect(await publish('{"n":2}')).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(world.http.to(url)).toHaveLength(1);
  });

  test("twice with one key is one event, also with half a character in it, which nothing keeps", async () => {
    const world = await new OutboundWorld().start();
    const half = { ...message, type: "a\ud800", connection: "\udfff", idempotencyKey: "k1" };
    const publish = () => world.settled(world.outbound.sending.publish(half, BY));
    expect(await publish()).toMatchObject({ ok: true, value: { duplicate: false } });
    expect(await publish()).toMatchObject({ ok: true, value: { duplicate: true } });
  });

  test.each([
    [{ type: "" }, "type"],
    [{ type: "a b" }, "type"],
    [{ type: "a.*" }, "type"],
    [{ type: "longstop.test" }, "type"],
    [{ data: "{" }, "data"],
    [{ data: `"${"x".repeat(6 * 2 ** 20)}"` }, "data"],
    [{ connection: "" }, "connection"],
    [{ connection: "x".repeat(513) }, "connection"],
    [{ idempotencyKey: "" }, "idempotencyKey"],
  ])("what is faulty is refused with its field", async (change, field) => {
    const world = await new OutboundWorld().start();
    const given = { ...message, idempotencyKey: null, ...change };
    const refused = await world.settled(world.outbound.sending.publish(given, BY));
    expect(refused).toMatchObject({ ok: false, error: { code: "invalid", field } });
  });
});

test("nothing is matched, and the payload never parsed, where nobody wants the type", async () => {
  const world = await new OutboundWorld().start();
  await world.endpoint("shop", { types: ["order.*"], filter: { total: { $gt: 10 } } });
  const of = (type: string, data: () => unknown): readonly EndpointId[] =>
    world.outbound.fanOut.match({ source: "s", connection: null, type, data });
  const none = of("invoice.paid", () => {
    throw new Error("parsed in vain");
  });
  expect(none).toEqual([]);
  expect(of("invoice.void", () => 1)).toBe(none);
  expect(of("order.created", () => ({ total: 11 }))).toHaveLength(1);
  expect(of("order.created", () => ({ total: 9 }))).toBe(none);
  expect(of("order.created", () => undefined)).toBe(none);
});

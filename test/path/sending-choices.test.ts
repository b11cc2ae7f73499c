import { afterEach, describe, expect, test } from "bun:test";
import type { Server } from "../support/executable.ts";
import { accepted } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import {
  ask,
  deliveriesOf,
  delivery,
  endpointNamed,
  publish,
  SendingWorld,
  sendingConfig,
} from "../support/sending-path.ts";

/** Who is sent what, and what operators change about it while the server runs. */

const world = new SendingWorld();
afterEach(() => world.close());

describe("publishing with an Idempotency-Key", () => {
  test("the same message again is the same event, sent once; another under its key is refused", async () => {
    const shop = world.subscriber();
    const server = await world.server({ config: sendingConfig(`shop: { url: "${shop.url}" },`) });
    const message = { type: "order.shipped", data: { n: 1 } };

    const first = await publishedAs(server, "key-1", message);
    const again = await publishedAs(server, "key-1", message);
    const other = await publishedAs(server, "key-1", { ...message, data: { n: 2 } });
    const free = await publishedAs(server, "key-2", { ...message, data: { n: 2 } });

    expect([first.status, again.status, other.status, free.status]).toEqual([202, 200, 409, 202]);
    expect(again.body).toMatchObject({ id: first.body["id"], duplicate: true });
    expect(other.body).toMatchObject({ code: "conflict" });
    await delivery(server, String(free.body["id"]), "shop");
    expect(shop.ids()).toEqual([first.body["id"], free.body["id"]] as string[]);
  }, 30_000);

  test("many at once with one key are one event", async () => {
    const shop = world.subscriber();
    const server = await world.server({ config: sendingConfig(`shop: { url: "${shop.url}" },`) });
    const message = { type: "order.shipped", data: {} };

    const all = await Promise.all(
      Array.from({ length: 20 }, () => publishedAs(server, "key", message)),
    );

    const ids = new Set(all.map(({ body }) => String(body["id"])));
    expect(ids.size).toBe(1);
    expect(all.filter(({ body }) => body["duplicate"] === false)).toHaveLength(1);
    const [id = ""] = ids;
    await delivery(server, id, "shop");
    expect(shop.ids()).toEqual([id]);
  }, 30_000);
});

describe("who is sent what", () => {
  test("types and filters choose, of webhooks and published messages alike", async () => {
    const all = world.subscriber();
    const at = (name: string): string => all.url.replace("/hook", `/${name}`);
    const server = await world.server({
      config: sendingConfig(`
        orders: { url: "${at("orders")}", types: ["order.*"] },
        dear: { url: "${at("dear")}", types: ["order.*"], filter: { total: { $gte: 100 } } },
        exact: { url: "${at("exact")}", types: ["thing.happened"], filter: { "/shop/country": "DE" } },`),
    });

    const dear = await publish(server, "order.placed", { total: 100 });
    const cheap = await publish(server, "order.placed", { total: 99.9 });
    const german = await accepted(server, "plain", { id: "a", shop: { country: "DE" } });
    const french = await accepted(server, "plain", { id: "b", shop: { country: "FR" } });
    const none = await publish(server, "invoice.paid", { total: 1_000 });

    await delivery(server, cheap, "orders");
    await delivery(server, dear, "dear");
    await delivery(server, german, "exact");
    for (const event of [french, none]) expect((await deliveriesOf(server, event)).size).toBe(0);
    const got = (name: string): string[] =>
      all
        .at(`/${name}`)
        .map(({ id }) => id)
        .sort();
    expect(got("orders")).toEqual([dear, cheap].sort());
    expect(got("dear")).toEqual([dear]);
    expect(got("exact")).toEqual([german]);
  }, 30_000);

  test("a reload on SIGHUP adds, changes and removes endpoints, and cancels what a removed one was owed", async () => {
    const [old, moved, added] = [world.subscriber(), world.subscriber(), world.subscriber()];
    old.answer = () => new Response(null, { status: 503 });
    const server = await world.server({
      config: sendingConfig(`
        stays: { url: "${moved.url}", types: ["order.*"] },
        goes: { url: "${old.url}", retry: ["1h"] },`),
    });
    const before = await publish(server, "order.placed", {});
    await delivery(server, before, "goes", ({ attempts }) => attempts === 1);
    const { id: goes } = await endpointNamed(server, "goes");

    await server.write(
      "longstop.config.ts",
      sendingConfig(`
        stays: { url: "${moved.url}", types: ["bill.*"] },
        comes: { url: "${added.url}", types: ["order.*"] },`),
    );
    server.signal("SIGHUP");
    await until(
      "the new one is there",
      10_000,
      async () => (await server.api("/v1/endpoints/comes")).ok,
    );
    const order = await publish(server, "order.placed", {});
    const bill = await publish(server, "bill.paid", {});

    await delivery(server, order, "comes");
    await delivery(server, bill, "stays");
    expect(added.ids()).toEqual([order]);
    expect(moved.ids()).toEqual([before, bill]);
    expect((await server.api("/v1/endpoints/goes")).status).toBe(404);
    expect((await deliveriesOf(server, before)).get(goes)).toMatchObject({ status: "cancelled" });
    expect(old.ids()).toEqual([before]);
  }, 40_000);
});

test("which private addresses may be called stands in the audit log, from the start and after a reload", async () => {
  const config = sendingConfig("");
  const server = await world.server({ config });
  const lines = async () => {
    const answer = await server.api("/v1/audit?action=network.allowPrivate");
    return ((await answer.json()) as { data: { via: string; target: unknown }[] }).data;
  };
  expect(await lines()).toMatchObject([
    { via: "configuration", target: { before: "", now: "127.0.0.1/32" } },
  ]);

  await server.write("longstop.config.ts", config.replace("127.0.0.1/32", "127.0.0.0/8"));
  server.signal("SIGHUP");
  await until("it is told", 10_000, async () => (await lines()).length > 1);
  server.signal("SIGHUP");
  await server.write("longstop.config.ts", config);
  server.signal("SIGHUP");
  await until("the way back is told", 10_000, async () => (await lines()).length > 2);

  expect((await lines()).map(({ target }) => target)).toEqual([
    { before: "127.0.0.0/8", now: "127.0.0.1/32" },
    { before: "127.0.0.1/32", now: "127.0.0.0/8" },
    { before: "", now: "127.0.0.1/32" },
  ]);
}, 40_000);

describe("what becomes of an endpoint", () => {
  test("410 disables it, and it is owed nothing more until it is enabled", async () => {
    const shop = world.subscriber(() => new Response("gone away", { status: 410 }));
    const server = await world.server({ config: sendingConfig(`shop: { url: "${shop.url}" },`) });

    const first = await publish(server, "order.placed", {});
    const failed = await delivery(server, first, "shop", ({ status }) => status === "failed");
    await until(
      "it is disabled",
      5_000,
      async () => (await endpointNamed(server, "shop")).status === "disabled",
    );
    const meanwhile = await publish(server, "order.placed", {});

    expect(failed).toMatchObject({ attempts: 1, responseStatus: 410 });
    expect((await endpointNamed(server, "shop")).disabledReason).toContain("410");
    expect((await deliveriesOf(server, meanwhile)).size).toBe(0);
    shop.answer = () => new Response(null, { status: 204 });
    await ask(server, "POST", "/v1/endpoints/shop/enable");
    const after = await publish(server, "order.placed", {});
    await delivery(server, after, "shop");
    expect(shop.ids()).toEqual([first, after]);
  }, 30_000);

  test("a delivery that was given up, and one that was delivered, are sent again when asked", async () => {
    const shop = world.subscriber(() => new Response("no", { status: 400 }));
    const server = await world.server({
      config: sendingConfig(`shop: { url: "${shop.url}", retry: { attempts: 1 } },`),
    });
    const events = [
      await publish(server, "order.placed", { n: 1 }),
      await publish(server, "order.placed", { n: 2 }),
    ] as const;
    const failed = await Promise.all(
      events.map((event) => delivery(server, event, "shop", ({ status }) => status === "failed")),
    );
    shop.answer = () => new Response(null, { status: 204 });

    await ask(server, "POST", `/v1/deliveries/${failed[0]?.id}/resend`);
    await delivery(server, events[0], "shop");
    expect((await deliveriesOf(server, events[1])).get("shop")).toMatchObject({ status: "failed" });
    const since = new Date(Date.now() - 60_000).toISOString();
    const all = await ask(server, "POST", "/v1/endpoints/shop/resend", { since });
    expect(all).toMatchObject({ resent: 1 });
    await delivery(server, events[1], "shop");
    await ask(server, "POST", `/v1/deliveries/${failed[0]?.id}/resend`);
    await until("it came once more", 5_000, () => shop.got.length === 5);

    const [one, two] = events;
    expect(shop.ids().sort()).toEqual([one, one, one, two, two].sort());
    const bodies = new Set(shop.got.map(({ id, body }) => `${id} ${body}`));
    expect(bodies.size).toBe(2);
  }, 30_000);

  test("removing an endpoint cancels what it is owed, and nothing of it is sent any more", async () => {
    const gone = world.subscriber(() => new Response(null, { status: 503 }));
    const server = await world.server({ config: sendingConfig("") });
    const { id } = await ask<{ id: string }>(server, "POST", "/v1/endpoints", {
      name: "shop",
      url: gone.url,
      retry: ["200ms", "200ms", "1h"],
    });
    const events = await Promise.all([1, 2, 3].map((n) => publish(server, "order.placed", { n })));
    await until("each was tried", 5_000, () => new Set(gone.ids()).size === 3);

    await ask(server, "DELETE", "/v1/endpoints/shop");

    for (const event of events)
      expect((await deliveriesOf(server, event)).get(id)).toMatchObject({ status: "cancelled" });
    const tries = gone.got.length;
    // Longer than what it would have waited for the next.
    await Bun.sleep(600);
    expect(gone.got.length).toBe(tries);
    expect((await server.api("/v1/endpoints/shop")).status).toBe(404);
    expect((await deliveriesOf(server, await publish(server, "order.placed", {}))).size).toBe(0);
  }, 30_000);
});

async function publishedAs(
  server: Server,
  key: string,
  message: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await server.api("/v1/messages", {
    method: "POST",
    headers: { "idempotency-key": key },
    body: JSON.stringify(message),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

import { describe, expect, test } from "bun:test";
import type { EndpointSettings } from "../../src/config/settings.ts";
import { configuredId } from "../../src/outbound/configured.ts";
import { answer, endpointSettings, OutboundWorld, SEAL_KEY } from "../support/outbound-world.ts";

const S = 1_000;
const BY = "key_1";

describe("endpoints of the configuration", () => {
  const shop = (change: Partial<EndpointSettings> = {}) => endpointSettings(change);

  async function reconfigured(world: OutboundWorld, endpoints: Record<string, EndpointSettings>) {
    world.settings = { ...world.settings, endpoints };
    await world.settled(world.outbound.reconfigured());
  }

  test("keep their id and their secret over restarts", async () => {
    const first = await new OutboundWorld({ endpoints: { shop: shop() } }).start();
    const keys = first.outbound.sending.endpoint(configuredId("shop"))?.keys;
    const { clock, journal } = first;
    const second = await new OutboundWorld({
      clock,
      journal,
      seed: 9,
      endpoints: { shop: shop() },
    }).start();
    expect(second.outbound.sending.endpoint(configuredId("shop"))?.keys).toEqual(keys ?? []);
    expect(keys).toHaveLength(1);
  });

  test("that are taken out are removed, and what they were owed is cancelled", async () => {
    const world = await new OutboundWorld({ endpoints: { shop: shop() } }).start();
    const event = await world.publish("order.created");
    await reconfigured(world, {});
    const id = configuredId("shop");
    expect(await world.delivery(event, id)).toMatchObject({ status: "cancelled" });
    const asked = world.http.asks.length;
    await world.clock.advance(3_600 * S);
    expect(world.http.asks).toHaveLength(asked);
    await reconfigured(world, { shop: shop() });
    world.http.on(shop().url, () => answer(200));
    const later = await world.publish("order.later");
    expect(await world.delivery(later, id)).toMatchObject({ status: "delivered" });
    expect(await world.delivery(event, id)).toMatchObject({ status: "cancelled" });
  });

  test("are paused and go on as it says; what an operator disabled stays so", async () => {
    const world = await new OutboundWorld({ endpoints: { shop: shop({ paused: true }) } }).start();
    const id = configuredId("shop");
    const status = async () => (await world.journal.reads.endpoint(id))?.status;
    expect(await status()).toBe("paused");
    await reconfigured(world, { shop: shop() });
    expect(await status()).toBe("enabled");
    await world.settled(world.outbound.sending.disable(id, "too loud", BY));
    await reconfigured(world, { shop: shop({ paused: true }) });
    await reconfigured(world, { shop: shop() });
    expect(await status()).toBe("disabled");
  });

  test("are changed there alone", async () => {
    const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    const world = await new OutboundWorld({ endpoints: { shop: shop({ secret }) } }).start();
    const id = configuredId("shop");
    const { sending } = world.outbound;
    for (const wish of [
      sending.patch(id, { timeoutMs: 1 }, BY),
      sending.remove(id, BY),
      sending.rotateSecret(id, { secret: null, overlapMs: 0 }, BY),
    ]) {
      const refused = await world.settled<{ ok: boolean; error?: { code: string } }>(wish);
      expect(refused).toMatchObject({ ok: false, error: { code: "configured" } });
    }
  });

  test("with several secrets are signed with all of them", async () => {
    const [a, b] = [1, 2].map((n) => `whsec_${Buffer.alloc(32, n).toString("base64")}`);
    const world = await new OutboundWorld({
      endpoints: { shop: shop({ secret: `${a} ${b}` }) },
    }).start();
    await world.publish("order.created");
    expect(world.http.asks[0]?.ask.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
  });
});

describe("endpoints of run time", () => {
  test("survive a restart whole, and nothing secret is in the journal in clear", async () => {
    const first = await new OutboundWorld().start();
    const auth = { kind: "bearer", token: "very-secret-token" } as const;
    const headers = { "x-api": "also-very-secret" };
    const { id, url, secret } = await first.endpoint("shop", { auth, headers });
    const { clock, journal, http } = first;
    http.on(url, () => answer(200));
    const second = await new OutboundWorld({ clock, journal, http, seed: 3 }).start();
    const event = await second.publish("order.created");
    expect(http.to(url)[0]?.headers).toMatchObject({
      authorization: "Bearer very-secret-token",
      "x-api": "also-very-secret",
    });
    const rows = JSON.stringify([
      await journal.reads.endpoint(id),
      await second.delivery(event, id),
      second.outbound.sending.endpoint(id),
    ]);
    for (const hidden of ["very-secret", secret ?? "whsec_"]) expect(rows).not.toContain(hidden);
  });

  test("are locked without the key they were sealed with, and say why; others go on", async () => {
    const first = await new OutboundWorld().start();
    const { id, url } = await first.endpoint("shop");
    const { clock, journal, http } = first;
    const second = await new OutboundWorld({
      clock,
      journal,
      http,
      seed: 3,
      keys: ["another key, which is new"],
    }).start();
    const other = await second.endpoint("other");
    http.on(other.url, () => answer(200));
    await second.publish("order.created");
    expect(http.to(url)).toHaveLength(0);
    expect(http.to(other.url)).toHaveLength(1);
    const { activity } = second.outbound.sending.endpoint(id) ?? {};
    expect(activity).toMatchObject({ state: "locked" });
    expect(activity?.detail).toContain("LONGSTOP_SECRET_KEY");
    const third = await new OutboundWorld({
      clock,
      journal,
      http,
      seed: 4,
      keys: ["another key, which is new", SEAL_KEY],
    }).start();
    await third.clock.settle();
    expect(http.to(url)).toHaveLength(1);
  });

  test.each([
    [{ url: "ftp://x.example" }, "url"],
    [{ url: "https://me:pw@x.example" }, "url"],
    [{ url: "nonsense" }, "url"],
    [{ types: [] }, "types"],
    [{ filter: { a: { $regex: "x" } } }, "filter.a.$regex"],
    [{ secret: "whsec_short" }, "secret"],
    [{ headers: { host: "evil" } }, "headers.host"],
    [{ headers: { a: "x\ny" } }, "headers.a"],
    [
      { headers: { Authorization: "x" }, auth: { kind: "bearer", token: "t" } },
      "headers.Authorization",
    ],
    [{ auth: { kind: "header", name: "webhook-id", value: "x" } }, "auth"],
    [{ strategy: "batch", confirmMs: 1_000 }, "confirm"],
  ] as const)("with %j are refused at %s", async (change, field) => {
    const world = await new OutboundWorld().start();
    const settings = endpointSettings(change as Partial<EndpointSettings>);
    const made = await world.settled(world.outbound.sending.create("shop", settings, BY));
    expect(made).toMatchObject({ ok: false, error: { code: "invalid", field } });
    expect(world.outbound.sending.endpoints()).toEqual([]);
  });

  test("have one name each", async () => {
    const world = await new OutboundWorld().start();
    await world.endpoint("shop");
    const again = await world.settled(
      world.outbound.sending.create("shop", endpointSettings(), BY),
    );
    expect(again).toMatchObject({ ok: false, error: { code: "conflict", field: "name" } });
  });

  test("are patched: what is not given stays, the secret too", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shop", { headers: { "x-a": "1" } });
    world.http.on(url, () => answer(200));
    const before = world.outbound.sending.endpoint(id)?.keys;
    await world.settled(world.outbound.sending.patch(id, { types: ["order.*"] }, BY));
    expect(world.outbound.sending.endpoint(id)?.keys).toEqual(before ?? []);
    await world.publish("invoice.paid");
    await world.publish("order.created");
    expect(world.http.to(url).map(({ headers }) => headers["x-a"])).toEqual(["1"]);
  });

  test("that are removed are sent nothing more", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shop");
    await world.publish("order.created");
    await world.settled(world.outbound.sending.remove(id, BY));
    await world.clock.advance(3_600 * S);
    expect(world.http.to(url)).toHaveLength(1);
    const gone = await world.settled(world.outbound.sending.test(id, BY));
    expect(gone).toMatchObject({ ok: false, error: { code: "not_found" } });
  });
});

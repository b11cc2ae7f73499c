import { describe, expect, test } from "bun:test";
import type { EventId } from "../../src/base/ids.ts";
import type { Appended } from "../../src/journal/facts.ts";
import type { EndpointId } from "../../src/journal/sending.ts";
import { answer, OutboundWorld } from "../support/outbound-world.ts";

const S = 1_000;
const MIN = 60 * S;

describe("confirmations", () => {
  async function confirming() {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("worker", { confirmMs: 5 * MIN });
    world.http.on(url, () => answer(202));
    const event = await world.publish("job.made");
    const token = (n = 0): string =>
      String(world.http.to(url)[n]?.headers["longstop-confirm-url"]).split("/confirm/")[1] ?? "";
    const confirm = (text: string) => world.settled(world.outbound.confirmations.confirm(text));
    return { world, id, url, event, token, confirm };
  }

  test("a 2xx alone is not enough; the word of the subscriber is, and a second one changes nothing", async () => {
    const { world, id, url, event, token, confirm } = await confirming();
    expect(await world.delivery(event, id)).toMatchObject({ status: "pending", confirming: true });
    expect(await confirm(token())).toBe("confirmed");
    expect(await world.delivery(event, id)).toMatchObject({ status: "delivered" });
    expect(await confirm(token())).toBe("already");
    await world.clock.advance(60 * MIN);
    expect(world.http.to(url)).toHaveLength(1);
  });

  test("a window that passes is a failed try: it is sent again, and late words are told so", async () => {
    const { world, id, url, event, token, confirm } = await confirming();
    await world.clock.advance(5 * MIN + 30 * S);
    expect(world.http.to(url)).toHaveLength(2);
    expect(await world.delivery(event, id)).toMatchObject({ confirming: true, attempts: 2 });
    expect(await confirm(token(0))).toBe("late");
    expect(await confirm(token(1))).toBe("confirmed");
  });

  test("a word that comes before the 2xx counts", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("eager", { confirmMs: 5 * MIN });
    let heard = "";
    world.http.on(url, async ({ headers }) => {
      const token = headers["longstop-confirm-url"]?.split("/confirm/")[1] ?? "";
      heard = await world.outbound.confirmations.confirm(token);
      return answer(500);
    });
    const event = await world.publish("job.made");
    expect(heard).toBe("confirmed");
    await world.clock.advance(60 * MIN);
    expect(await world.delivery(event, id)).toMatchObject({ status: "delivered" });
    expect(world.http.to(url)).toHaveLength(1);
  });

  test("a token that we did not make is unknown, whatever is changed in it", async () => {
    const { token, confirm } = await confirming();
    const [delivery, until, code] = token().split(".");
    const later = (Number.parseInt(until ?? "", 36) + 1).toString(36);
    for (const forged of [
      "",
      "...",
      `${delivery}.${later}.${code}`,
      `${delivery}.${until}.`,
      `${delivery}.${until}.${code}x`,
      `${token()}.x`,
      "x".repeat(10_000),
    ])
      expect(await confirm(forged)).toBe("unknown");
  });

  test("the URL is not kept with the attempt", async () => {
    const { world, id, event, token } = await confirming();
    const row = await world.delivery(event, id);
    expect(JSON.stringify(row.attemptLog)).not.toContain(token());
  });
});

describe("batches", () => {
  const BATCH = { strategy: "batch", batch: { items: 3, waitMs: 2 * S } } as const;

  test("a full one goes at once, the rest when the first of it has waited", async () => {
    const world = await new OutboundWorld().start();
    const { url } = await world.endpoint("lake", BATCH);
    world.http.on(url, () => answer(200));
    for (const n of [1, 2, 3, 4]) await world.publish(`row.${n}`, { n });
    expect(world.http.to(url)).toHaveLength(1);
    await world.clock.advance(2 * S);
    const bodies = world.http.to(url).map(({ body }) => JSON.parse(String(body)));
    expect(bodies.map((items) => items.map(({ data }: { data: unknown }) => data))).toEqual([
      [{ n: 1 }, { n: 2 }, { n: 3 }],
      [{ n: 4 }],
    ]);
    expect(Object.keys(bodies[0][0])).toEqual(["id", "type", "timestamp", "data"]);
  });

  test("all of one share its fate, and come again together under the same id", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("lake", BATCH);
    world.http.on(url, (_, n) => answer(n === 1 ? 500 : 200));
    const events: Appended[] = [];
    for (const n of [1, 2, 3]) events.push(await world.publish(`row.${n}`));
    for (const event of events)
      expect(await world.delivery(event, id)).toMatchObject({ status: "pending", attempts: 1 });
    await world.clock.advance(10 * S);
    for (const event of events)
      expect(await world.delivery(event, id)).toMatchObject({ status: "delivered", attempts: 2 });
    const ids = world.http.to(url).map(({ headers }) => headers["webhook-id"]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test("what is no JSON goes in as text, and what is no text in base 64", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("lake", BATCH);
    world.http.on(url, () => answer(200));
    await receive(world, "<a/>", "application/xml", id);
    await receive(world, Uint8Array.of(255, 0, 1), "application/octet-stream", id);
    await receive(world, '{"n": 1.0}', "application/json", id);
    const text = String(world.http.to(url)[0]?.body);
    expect(JSON.parse(text)).toMatchObject([
      { data: "<a/>", contentType: "application/xml" },
      { dataBase64: "/wAB" },
      { data: { n: 1 } },
    ]);
    expect(text).toContain('"data":{"n": 1.0}');
  });
});

describe("what was received", () => {
  test("is passed on byte for byte with its media type, and its headers say whence it came", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("mirror");
    world.http.on(url, () => answer(200));
    const bytes = '{ "n":1.50,\n "s":"\\u00fc" }';
    await receive(world, bytes, "application/json; charset=utf-8", id, "Ümlaut/1 %");
    const [ask] = world.http.to(url);
    expect(Buffer.from(ask?.body ?? "").toString()).toBe(bytes);
    expect(ask?.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "user-agent": "Longstop/0.0.0",
      "longstop-source": "bank",
      "longstop-connection": encodeURIComponent("Ümlaut/1 %"),
      "longstop-attempt": "1",
    });
  });
});

describe("pulling", () => {
  async function pulling(count: number) {
    const world = await new OutboundWorld().start();
    const { id } = await world.endpoint("reader", { strategy: "pull" });
    const events: Appended[] = [];
    for (let n = 0; n < count; n++) events.push(await world.publish(`row.${n}`));
    const { pulling: pull } = world.outbound;
    const get = async (limit = 10, waitMs = 0) => {
      const page = await world.settled(pull.messages(id, { limit, waitMs }));
      return page.ok ? page.value.map(({ type }) => type) : page.error.code;
    };
    const idOf = (n: number): EventId => (events[n] as Appended).id;
    return { world, id, pull, get, idOf };
  }

  test("gives the same messages until they are acknowledged, and then those after them", async () => {
    const { world, id, pull, get, idOf } = await pulling(5);
    expect(await get(2)).toEqual(["row.0", "row.1"]);
    expect(await get(2)).toEqual(["row.0", "row.1"]);
    await world.settled(pull.ack(id, idOf(1), "key_1"));
    expect(await get()).toEqual(["row.2", "row.3", "row.4"]);
    await world.settled(pull.ack(id, idOf(0), "key_1"));
    expect(await get()).toEqual(["row.2", "row.3", "row.4"]);
    expect(world.http.asks).toHaveLength(0);
  });

  test("goes back where it is asked to", async () => {
    const { world, id, pull, get, idOf } = await pulling(3);
    await world.settled(pull.ack(id, idOf(2), "key_1"));
    expect(await get()).toEqual([]);
    await world.settled(pull.seek(id, idOf(0), "key_1"));
    expect(await get()).toEqual(["row.1", "row.2"]);
    await world.settled(pull.seek(id, null, "key_1"));
    expect(await get()).toHaveLength(3);
  });

  test("waits for news, and is answered empty when the time is over", async () => {
    const { world, id, pull } = await pulling(0);
    const first = pull.messages(id, { limit: 5, waitMs: 20 * S });
    await world.clock.advance(5 * S);
    await world.publish("row.new");
    expect(await first).toMatchObject({ ok: true, value: [{ type: "row.new" }] });
    const given = await first;
    const [message] = given.ok ? given.value : [];
    await world.settled(pull.ack(id, message?.id as EventId, "key_1"));
    const second = pull.messages(id, { limit: 5, waitMs: 20 * S });
    await world.clock.advance(20 * S);
    expect(await second).toEqual({ ok: true, value: [] });
    expect(world.clock.nextIn()).toBeNull();
  });

  test("refuses what it does not know, and endpoints that are pushed to", async () => {
    const { world, id, pull } = await pulling(1);
    const other = await world.endpoint("pushed");
    const unknown = await world.settled(pull.ack(id, "evt_00000zzzzz0001" as EventId, "key_1"));
    expect(unknown).toMatchObject({ ok: false, error: { code: "not_found", field: "upTo" } });
    const pushed = await world.settled(pull.messages(other.id, { limit: 1, waitMs: 0 }));
    expect(pushed).toMatchObject({ ok: false, error: { code: "wrong_status" } });
  });
});

async function receive(
  world: OutboundWorld,
  body: string | Uint8Array,
  contentType: string,
  id: EndpointId,
  connection: string | null = null,
): Promise<void> {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const dedupeKey = Bun.hash(bytes).toString();
  await world.settled(
    world.journal.journal.append({
      source: "bank",
      origin: "webhook",
      at: world.clock.now(),
      events: [{ dedupeKey, type: "t", connection, occurredAt: null, sequence: null, range: null }],
      request: {
        method: "POST",
        url: "/in/bank",
        peer: "127.0.0.1",
        headers: [["content-type", contentType]],
      },
      body: bytes,
      settled: true,
      deliveries: [[id]],
    }),
  );
  world.outbound.fanOut.owed([id]);
  await world.clock.settle();
}

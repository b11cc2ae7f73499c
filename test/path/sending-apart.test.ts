import { afterEach, describe, expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { Server } from "../support/executable.ts";
import { accepted } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import {
  deliveriesOf,
  delivery,
  publish,
  SendingWorld,
  sendingConfig,
} from "../support/sending-path.ts";

/** Subscribers that are slow, dead, or done later than they say. */

const world = new SendingWorld();
afterEach(() => world.close());

describe("one endpoint never delays another", () => {
  test("while one never answers and one is slow, a third has everything at once, and receiving goes on", async () => {
    const dead = await silent();
    const slow = world.subscriber(async () => {
      await Bun.sleep(2_000);
      return new Response(null, { status: 204 });
    });
    const quick = world.subscriber();
    const server = await world.server({
      config: sendingConfig(`
        dead: { url: "${dead.url}", timeout: "60s" },
        slow: { url: "${slow.url}" },
        quick: { url: "${quick.url}" },`),
    });
    const count = 300;
    const took: number[] = [];
    const sent: string[] = [];

    const began = performance.now();
    for (let n = 0; n < count; n++) {
      const before = performance.now();
      sent.push(await accepted(server, "plain", { id: `event-${n}` }));
      took.push(performance.now() - before);
    }
    await until("the third has all", 10_000, () => quick.got.length === count);
    const allAfter = performance.now() - began;

    expect(quick.ids().sort()).toEqual([...sent].sort());
    // At 10 a time and 2 s each, the slow one needs a minute for what the third has by now.
    expect(slow.got.length).toBeLessThan(count / 2);
    expect(dead.connections()).toBeGreaterThan(0);
    expect(allAfter).toBeLessThan(10_000);
    expect(took.sort((a, b) => a - b)[Math.floor(count / 2)]).toBeLessThan(250);
    const [first = ""] = sent;
    expect((await deliveriesOf(server, first)).get("dead")).toMatchObject({ status: "pending" });
    // It is stopped in time all the same, and what is under way is given back.
    const stopping = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - stopping).toBeLessThan(10_000);
  }, 60_000);
});

describe("confirming", () => {
  test("a delivery counts once the subscriber confirms it; a second time and a forged URL change nothing", async () => {
    const shop = world.subscriber();
    const server = await confirmed(`shop: { url: "${shop.url}", confirm: "30s" },`);
    const event = await publish(server, "order.placed", {});
    await delivery(server, event, "shop", ({ confirming }) => confirming);
    const url = shop.got[0]?.headers["longstop-confirm-url"] ?? "";
    expect(url).toStartWith(`${server.publicUrl}/confirm/`);

    const forged = `${url.slice(0, -2)}${url.endsWith("AA") ? "BB" : "AA"}`;
    expect((await fetch(forged, { method: "POST" })).status).toBe(404);
    // Scanners fetch whatever link they see.
    expect((await fetch(url)).status).toBe(200);
    expect((await deliveriesOf(server, event)).get("shop")).toMatchObject({ status: "pending" });
    const first = await fetch(url, { method: "POST" });
    const second = await fetch(url, { method: "POST" });

    expect([first.status, await first.json()]).toEqual([200, { status: "confirmed" }]);
    expect([second.status, await second.json()]).toEqual([200, { status: "already" }]);
    expect(await delivery(server, event, "shop")).toMatchObject({ attempts: 1 });
    expect(shop.got).toHaveLength(1);
  }, 30_000);

  test("one that is not confirmed in time is sent again under the same id, and may be confirmed then", async () => {
    const shop = world.subscriber();
    const server = await confirmed(
      `shop: { url: "${shop.url}", confirm: "1s", timeout: "200ms", retry: ["500ms", "1h"] },`,
    );
    const event = await publish(server, "order.placed", {});
    await until("it came again", 10_000, () => shop.got.length === 2);
    const [before = "", after = ""] = shop.got.map(
      ({ headers }) => headers["longstop-confirm-url"] ?? "",
    );

    expect((await fetch(before, { method: "POST" })).status).toBe(410);
    expect((await fetch(after, { method: "POST" })).status).toBe(200);

    expect(shop.ids()).toEqual([event, event]);
    expect(await delivery(server, event, "shop")).toMatchObject({ attempts: 2 });
  }, 30_000);

  test("a confirmation outlives a kill between the 2xx and the word of the subscriber", async () => {
    const shop = world.subscriber();
    const server = await confirmed(`shop: { url: "${shop.url}", confirm: "30s" },`);
    const event = await publish(server, "order.placed", {});
    await delivery(server, event, "shop", ({ confirming }) => confirming);

    await server.kill();
    await server.start();
    const url = shop.got[0]?.headers["longstop-confirm-url"] ?? "";
    expect((await fetch(url, { method: "POST" })).status).toBe(200);

    await delivery(server, event, "shop");
    expect(shop.got).toHaveLength(1);
  }, 30_000);
});

/** A server that subscribers can reach for their confirmations: its own port is only known once it is made. */
async function confirmed(endpoints: string): Promise<Server> {
  const server = await Server.create({ config: "" });
  world.atEnd(() => server.remove());
  const publicUrl = `publicUrl: "${server.publicUrl}",`;
  await server.write("longstop.config.ts", sendingConfig(endpoints, publicUrl));
  await server.start();
  return server;
}

/** Accepts connections and never says a word. */
async function silent(): Promise<{ url: string; connections(): number }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}); // Cut by the other side.
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  world.atEnd(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return { url: `http://127.0.0.1:${port}/hook`, connections: () => open.size };
}

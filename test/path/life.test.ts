import { afterEach, describe, expect, test } from "bun:test";
import { Server, type ServerOptions } from "../support/executable.ts";
import { accepted, post, SOURCE_KEYS, settled } from "../support/posting.ts";
import { descendants, isAlive, until } from "../support/processes.ts";

const source = (name: string, handler = ""): string => `"${name}": {${SOURCE_KEYS} ${handler} },`;
const config = (sources: string): string =>
  `import { defineConfig } from "longstop";\nexport default defineConfig({ sources: { ${sources} } });\n`;

const SLOW = `timeout: "60s", onEvent: async (event, ctx) => { if (event.data.slow && ctx.attempt === 1) await Bun.sleep(30_000); ctx.state.seen = (ctx.state.seen ?? 0) + 1; },`;

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.remove()));
});

async function started(options: ServerOptions): Promise<Server> {
  const server = await Server.create(options);
  servers.push(server);
  await server.start();
  return server;
}

describe("the life of the process", () => {
  test("it is alive on both listeners, ready on the operators', and says what it does not serve", async () => {
    const server = await started({ config: config(source("plain")) });

    for (const url of [
      `${server.publicUrl}/healthz`,
      `${server.adminUrl}/healthz`,
      `${server.adminUrl}/readyz`,
    ]) {
      expect((await fetch(url)).status).toBe(200);
    }
    for (const path of ["/readyz", "/v1/events", "/metrics", "/openapi"]) {
      expect((await fetch(`${server.publicUrl}${path}`)).status).toBe(404);
    }
    expect((await fetch(`${server.adminUrl}/v1/events`)).status).toBe(401);
  }, 30_000);

  test("SIGTERM ends it within 10 s with code 0, and gives back what runs", async () => {
    const server = await started({ config: config(source("plain", SLOW)) });
    const running = await accepted(server, "plain", { id: "running", connection: "a", slow: true });
    const waiting = await accepted(server, "plain", { id: "waiting", connection: "a" });
    const children = await descendants(server.pid);

    const began = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    await until("its hosts are gone", 2_000, () => !children.some(isAlive));

    await server.write(
      "longstop.config.ts",
      config(source("plain", SLOW.replace("event.data.slow", "false"))),
    );
    await server.start();
    expect(await settled(server, running)).toMatchObject({ status: "completed" });
    expect(await settled(server, waiting)).toMatchObject({ status: "completed" });
    expect(await server.read("/v1/connections/plain/a")).toMatchObject({ state: { seen: 2 } });
  }, 60_000);

  test("a host does not outlive a server that was killed", async () => {
    const server = await started({ config: config(source("plain", SLOW)) });
    await accepted(server, "plain", { id: "running", connection: "a", slow: true });
    const children = await descendants(server.pid);
    expect(children.length).toBeGreaterThan(0);

    await server.kill();

    await until("its hosts are gone", 5_000, () => !children.some(isAlive));
  }, 30_000);

  test("a second one on the same data is refused, and the first goes on", async () => {
    const first = await started({ config: config(source("plain")) });
    const second = await Server.create({ config: config(source("plain")), dataDir: first.dataDir });
    servers.push(second);

    await second.spawn();

    expect(await second.exited()).not.toBe(0);
    expect(await second.logs()).toMatch(/another|already|in use|locked/i);
    expect(await accepted(first, "plain", { id: "after" })).toStartWith("evt_");
  }, 30_000);

  test("a faulty configuration is refused at the start, with its faults", async () => {
    const server = await Server.create({
      config: config(source("plain").replace("hmac", "hmacc")),
    });
    servers.push(server);

    await server.spawn();

    expect(await server.exited()).not.toBe(0);
    expect(await server.logs()).toContain("sources.plain.verify.scheme");
  }, 30_000);
});

describe("reload on SIGHUP", () => {
  test("a new source is served, no request is dropped, and a handler is the new one", async () => {
    const before = `onEvent: (event, ctx) => { ctx.state.by = "old"; },`;
    const server = await started({ config: config(source("plain", before)) });
    const traffic = startTraffic(server);
    await settled(server, await accepted(server, "plain", { id: "first", connection: "a" }));
    expect((await post(server, "added", { id: "early" })).status).toBe(404);

    await server.write(
      "longstop.config.ts",
      config(source("plain", before.replace("old", "new")) + source("added")),
    );
    server.signal("SIGHUP");
    await until(
      "the new source is served",
      10_000,
      async () => (await post(server, "added", { id: "there" })).status === 202,
    );

    await settled(server, await accepted(server, "plain", { id: "second", connection: "a" }));
    expect(await server.read("/v1/connections/plain/a")).toMatchObject({ state: { by: "new" } });
    expect(await traffic.end()).toEqual([]);
  }, 40_000);

  test("a faulty configuration is refused, its fault is in the log, and the old one stays", async () => {
    const server = await started({ config: config(source("plain")) });
    const traffic = startTraffic(server);

    await server.write("longstop.config.ts", config(source("plain").replace("hmac", "hmacc")));
    server.signal("SIGHUP");
    await until("the fault is in the log", 10_000, async () =>
      (await server.logs()).includes("sources.plain.verify.scheme"),
    );

    expect((await post(server, "plain", { id: "after" })).status).toBe(202);
    expect(await traffic.end()).toEqual([]);
  }, 40_000);
});

/** One request after the other, on several sockets; `end` answers what went wrong. */
function startTraffic(server: Server): { end(): Promise<string[]> } {
  const faults: string[] = [];
  let ending = false;
  const send = async (sender: number): Promise<void> => {
    for (let count = 0; !ending; count++) {
      const id = `traffic-${sender}-${count}`;
      const answer = await post(server, "plain", { id, connection: `traffic-${sender}` }).catch(
        (error: unknown) => String(error),
      );
      if (typeof answer === "string") faults.push(`${id}: ${answer}`);
      else if (answer.status !== 202) faults.push(`${id}: ${answer.status}`);
      await Bun.sleep(2);
    }
  };
  const senders = [0, 1, 2, 3].map(send);
  return {
    async end() {
      ending = true;
      await Promise.all(senders);
      return faults;
    },
  };
}

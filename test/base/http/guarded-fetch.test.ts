import { afterEach, describe, expect, test } from "bun:test";
import { guardedFetch } from "../../../src/base/http/guarded-fetch.ts";
import { RememberingResolver } from "../../../src/base/http/resolver.ts";
import { fetchBounded } from "../../../src/providers/bounded-fetch.ts";
import { SimClock } from "../../support/sim-clock.ts";
import { answerWith, clientWith, OK, RawServer, type Script } from "./world.ts";

const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function serving(script: Script = answerWith(OK)): Promise<RawServer> {
  const server = await RawServer.start(script);
  servers.push(server);
  return server;
}

const LIMITS = { bytesMax: 100, msMax: 1_000 };
const asked = ({ port }: RawServer) =>
  ({
    url: `http://127.0.0.1:${port}/keys`,
    method: "POST",
    headers: { accept: "application/json", "content-type": "text/plain" },
    body: "hello",
  }) as const;

describe("a guarded fetch", () => {
  test("asks and answers as a provider expects it", async () => {
    const server = await serving(
      answerWith('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}'),
    );
    const client = clientWith();
    const deps = { fetch: guardedFetch(client), clock: new SimClock() };
    const got = await fetchBounded(asked(server), LIMITS, deps);
    expect(got.ok && [got.value.status, got.value.json()]).toEqual([200, { a: 1 }]);
    expect(server.requests[0]).toContain("accept: application/json\r\n");
    expect(server.requests[0]).toEndWith("\r\n\r\nhello");
    client.close();
  });

  test("follows no redirect, and says so", async () => {
    const text = "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    const [server, client] = [await serving(answerWith(text)), clientWith()];
    const deps = { fetch: guardedFetch(client), clock: new SimClock() };
    expect(await fetchBounded(asked(server), LIMITS, deps)).toEqual({
      ok: false,
      error: "redirected",
    });
    client.close();
  });

  test("reaches no private address without an exception, and its error says what to do", async () => {
    const server = await serving();
    const fetch = guardedFetch(clientWith({ allowPrivate: [] }));
    const { url } = asked(server);
    expect(fetch(url, {})).rejects.toThrow("network.allowPrivate");
    const deps = { fetch, clock: new SimClock() };
    expect(await fetchBounded(asked(server), LIMITS, deps)).toEqual({
      ok: false,
      error: "network",
    });
    expect(server.connections).toBe(0);
  });

  test("ends with its caller's deadline, and leaves no connection", async () => {
    const clock = new SimClock();
    const server = await serving(() => void clock.advance(1_000));
    const deps = { fetch: guardedFetch(clientWith({ clock })), clock };
    expect(await fetchBounded(asked(server), LIMITS, deps)).toEqual({
      ok: false,
      error: "timeout",
    });
    await server.deserted();
    expect(clock.nextIn()).toBeNull();
  });

  test("takes an answer without a body for what it is", async () => {
    const server = await serving(answerWith("HTTP/1.1 204 No Content\r\n\r\n"));
    const client = clientWith();
    const response = await guardedFetch(client)(asked(server).url, { method: "post" });
    expect([response.status, response.body]).toEqual([204, null]);
    client.close();
  });

  test("sends only what it can: known methods, text and bytes", async () => {
    const fetch = guardedFetch(clientWith());
    expect(fetch("https://hooks.test/", { method: "TRACE" })).rejects.toThrow("TRACE");
    expect(fetch("https://hooks.test/", { body: new FormData() })).rejects.toThrow("body");
  });
});

describe("a resolver that remembers", () => {
  test("asks once for many at a time, and again after five seconds", async () => {
    const clock = new SimClock();
    let lookups = 0;
    const resolver = new RememberingResolver(
      { resolve: async () => [`10.0.0.${++lookups}`] },
      clock,
    );
    const both = await Promise.all([resolver.resolve("a"), resolver.resolve("a")]);
    await clock.advance(4_999);
    expect([...both, await resolver.resolve("a")]).toEqual([
      ["10.0.0.1"],
      ["10.0.0.1"],
      ["10.0.0.1"],
    ]);
    expect(await resolver.resolve("b")).toEqual(["10.0.0.2"]);
    await clock.advance(1);
    expect(await resolver.resolve("a")).toEqual(["10.0.0.3"]);
  });

  test("remembers a thousand names and no more", async () => {
    let lookups = 0;
    const inner = { resolve: async () => [`${++lookups}`] };
    const resolver = new RememberingResolver(inner, new SimClock());
    for (let name = 0; name <= 1_000; name++) await resolver.resolve(`n${name}`);
    await resolver.resolve("n1000");
    expect(lookups).toBe(1_001);
    await resolver.resolve("n0");
    expect(lookups).toBe(1_002);
  });
});

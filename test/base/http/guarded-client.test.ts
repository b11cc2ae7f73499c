import { afterEach, describe, expect, test } from "bun:test";
import { SimClock } from "../../support/sim-clock.ts";
import {
  answerWith,
  asking,
  certificates,
  clientWith,
  OK,
  RawServer,
  type Script,
  seen,
} from "./world.ts";

const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function serving(script: Script = answerWith(OK), cert?: string): Promise<RawServer> {
  const server = await RawServer.start(script, cert === undefined ? null : { cert });
  servers.push(server);
  return server;
}

const LOOPBACK = ["127.0.0.1"];
const at = (host: string, { port }: RawServer): string => `http://${host}:${port}/hook`;
const never = new Promise<never>(() => {});

describe("a name", () => {
  test("that leads to a private address is refused, and nothing is connected", async () => {
    const server = await serving();
    const client = clientWith({ allowPrivate: [], names: { "hooks.test": LOOPBACK } });
    const results = [];
    for (const host of ["hooks.test", "127.0.0.1", "127.1", "0x7f000001", "[::ffff:127.0.0.1]"])
      results.push(seen(await client.ask(asking(at(host, server)))));
    expect(results).toEqual(Array(5).fill("address_refused"));
    expect(server.connections).toBe(0);
  });

  test("that leads elsewhere on the second look-up is refused then, an open connection or not", async () => {
    const server = await serving();
    const answers = [LOOPBACK, ["127.0.0.3"]];
    let lookups = 0;
    const client = clientWith({ resolve: async () => answers[lookups++] ?? [] });

    expect(seen(await client.ask(asking(at("hooks.test", server))))).toBe("200 ok");
    expect(lookups).toBe(1);
    expect(seen(await client.ask(asking(at("hooks.test", server))))).toBe("address_refused");
    expect([lookups, server.requests.length]).toEqual([2, 1]);
    client.close();
  });

  test("with a bad address and a good one is asked at the good one", async () => {
    const server = await serving();
    const names = { "hooks.test": ["169.254.169.254", "fe80::1%lo", "127.0.0.1"] };
    const client = clientWith({ names });
    expect(seen(await client.ask(asking(at("hooks.test", server))))).toBe("200 ok");
    client.close();
  });

  test("whose first address is dead is asked at the next", async () => {
    const server = await serving();
    const client = clientWith({
      allowPrivate: ["127.0.0.1", "::1"],
      names: { "hooks.test": ["::1", "127.0.0.1"] },
    });
    expect(seen(await client.ask(asking(at("hooks.test", server))))).toBe("200 ok");
    client.close();
  });

  test("without an address, and one that nobody can look up, is not found", async () => {
    const server = await serving();
    const failing = clientWith({ resolve: () => Promise.reject(new Error("SERVFAIL")) });
    expect(seen(await clientWith().ask(asking(at("hooks.test", server))))).toBe("name_not_found");
    expect(seen(await failing.ask(asking(at("hooks.test", server))))).toBe("name_not_found");
  });

  test("that is looked up without end is left at the deadline", async () => {
    const clock = new SimClock();
    const client = clientWith({ clock, resolve: () => never });
    const asked = client.ask(asking("https://hooks.test/"));
    await clock.advance(2_000);
    expect(seen(await asked)).toBe("timeout");
    expect(clock.nextIn()).toBeNull();
  });

  test("goes into the Host header as it was written", async () => {
    const server = await serving();
    const client = clientWith({ names: { "hooks.test": LOOPBACK } });
    await client.ask(asking(at("hooks.test", server), { headers: { "X-Own": "1" } }));
    expect(server.requests[0]?.split("\r\n").slice(0, 4)).toEqual([
      "POST /hook HTTP/1.1",
      `host: hooks.test:${server.port}`,
      "accept-encoding: identity",
      "X-Own: 1",
    ]);
    client.close();
  });
});

describe("plain http", () => {
  test("goes to excepted addresses alone", async () => {
    const client = clientWith({ names: { "hooks.test": ["8.8.8.8"] } });
    expect(seen(await client.ask(asking("http://hooks.test/")))).toBe("url_refused");
    expect(seen(await client.ask(asking("http://8.8.8.8/")))).toBe("url_refused");
  });
});

describe("a certificate", () => {
  const names = { "hooks.test": LOOPBACK, "a.wild.test": LOOPBACK, "other.test": LOOPBACK };
  const trust = [certificates.authority];
  const over = (host: string, { port }: RawServer): string => `https://${host}:${port}/`;

  test.each(["hooks.test", "a.wild.test", "127.0.0.1"])("for %s proves that name", async (host) => {
    const server = await serving(answerWith(OK), certificates.certificate);
    const client = clientWith({ names, trust });
    expect(seen(await client.ask(asking(over(host, server))))).toBe("200 ok");
    client.close();
  });

  test("for another name is refused before anything is sent", async () => {
    const server = await serving(answerWith(OK), certificates.certificate);
    const client = clientWith({ names, trust });
    expect(seen(await client.ask(asking(over("other.test", server))))).toBe("tls_failed");
    expect(server.requests).toEqual([]);
  });

  test("that is out of date, and one of an unknown authority, is refused", async () => {
    const [old, good] = [
      await serving(answerWith(OK), certificates.expired),
      await serving(answerWith(OK), certificates.certificate),
    ];
    expect(seen(await clientWith({ names, trust }).ask(asking(over("hooks.test", old))))).toBe(
      "tls_failed",
    );
    expect(seen(await clientWith({ names }).ask(asking(over("hooks.test", good))))).toBe(
      "tls_failed",
    );
    expect([...old.requests, ...good.requests]).toEqual([]);
  });

  test("is wanted whatever the environment says", async () => {
    const server = await serving(answerWith(OK), certificates.certificate);
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      const client = clientWith({ names });
      expect(seen(await client.ask(asking(over("hooks.test", server))))).toBe("tls_failed");
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    }
  });

  test("of one name is no proof for another at the same address, an open connection or not", async () => {
    const server = await serving(answerWith(OK), certificates.certificate);
    const client = clientWith({ names, trust });
    expect(seen(await client.ask(asking(over("hooks.test", server))))).toBe("200 ok");
    expect(seen(await client.ask(asking(over("other.test", server))))).toBe("tls_failed");
    expect(seen(await client.ask(asking(over("a.wild.test", server))))).toBe("200 ok");
    expect(server.connections).toBe(2);
    client.close();
  });

  test("cannot be shown by a server that speaks plain http, or that ends or hangs instead", async () => {
    const clock = new SimClock();
    const [plain, silent] = [await serving(), await serving(() => {})];
    const client = clientWith({ clock, names, trust });
    expect(seen(await client.ask(asking(over("hooks.test", plain))))).toBe("tls_failed");
    const ending = await serving((socket) => socket.end());
    expect(seen(await client.ask(asking(over("hooks.test", ending))))).toBe("tls_failed");
    const asked = client.ask(asking(over("hooks.test", silent)));
    while (silent.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(2_000);
    expect(seen(await asked)).toBe("timeout");
    await silent.deserted();
    expect(clock.nextIn()).toBeNull();
  });
});

describe("a proxy of the environment", () => {
  test("is not asked, so that it cannot go where we may not", async () => {
    const [server, proxy] = [await serving(), await serving()];
    const variables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"];
    for (const name of variables) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    try {
      const client = clientWith();
      expect(seen(await client.ask(asking(at("127.0.0.1", server))))).toBe("200 ok");
      client.close();
    } finally {
      for (const name of variables) delete process.env[name];
    }
    expect([server.connections, proxy.connections]).toEqual([1, 0]);
  });
});

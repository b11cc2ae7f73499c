import { afterEach, describe, expect, test } from "bun:test";
import type { Ask } from "../../../src/base/http/client.ts";
import { SimClock } from "../../support/sim-clock.ts";
import { answerWith, asking, clientWith, OK, RawServer, type Script, seen } from "./world.ts";

const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function serving(script: Script = answerWith(OK)): Promise<RawServer> {
  const server = await RawServer.start(script);
  servers.push(server);
  return server;
}

const url = (server: RawServer): string => `http://127.0.0.1:${server.port}/hook`;

describe("a connection", () => {
  test("is used again, and by as many at a time as are open", async () => {
    const server = await serving();
    const client = clientWith();
    for (let round = 0; round < 3; round++) {
      const asks = Array.from({ length: 5 }, () => client.ask(asking(url(server))));
      expect((await Promise.all(asks)).map(seen)).toEqual(Array(5).fill("200 ok"));
    }
    expect([server.connections, server.requests.length]).toEqual([5, 15]);
    client.close();
    await server.deserted();
  });

  test("is not used again where the server says that it closes", async () => {
    const server = await serving(answerWith(OK.replace("\r\n", "\r\nConnection: close\r\n")));
    const client = clientWith();
    for (let round = 0; round < 3; round++) await client.ask(asking(url(server)));
    expect(server.connections).toBe(3);
    await server.deserted();
  });

  test("rests for four seconds, or a second less than the server says", async () => {
    const clock = new SimClock();
    const client = clientWith({ clock });
    const silent = await serving();
    const saying = await serving(
      answerWith(OK.replace("\r\n", "\r\nKeep-Alive: timeout=3, max=9\r\n")),
    );
    const both = async (): Promise<void> => {
      await client.ask(asking(url(silent)));
      await client.ask(asking(url(saying)));
    };
    await both();
    await clock.advance(1_999);
    await both();
    expect([silent.connections, saying.connections]).toEqual([1, 1]);
    await clock.advance(2_000);
    await both();
    expect([silent.connections, saying.connections]).toEqual([1, 2]);
    await clock.advance(8_000);
    await silent.deserted();
    await saying.deserted();
    expect(clock.nextIn()).toBeNull();
  });

  test("that died while idle costs nothing: the request goes over a new one", async () => {
    const server = await serving((socket, _, connection) => {
      const asked = server.requests.length;
      if (connection === 1 && asked === 2) socket.resetAndDestroy();
      else socket.write(OK);
    });
    const client = clientWith();
    expect(seen(await client.ask(asking(url(server))))).toBe("200 ok");
    expect(seen(await client.ask(asking(url(server))))).toBe("200 ok");
    expect([server.connections, server.requests.length]).toEqual([2, 3]);
    client.close();
  });

  test("that dies on its first request, or after a byte of an answer, is not asked twice", async () => {
    const first = await serving((socket) => socket.resetAndDestroy());
    const later = await serving((socket) => {
      if (later.requests.length === 1) socket.write(OK);
      else socket.write("H", () => socket.end());
    });
    const client = clientWith();
    expect(seen(await client.ask(asking(url(first))))).toBe("broken");
    expect(seen(await client.ask(asking(url(later))))).toBe("200 ok");
    expect(seen(await client.ask(asking(url(later))))).toBe("broken");
    expect([first.requests.length, later.requests.length]).toEqual([1, 2]);
  });

  test("to where nobody listens fails, with the address and the remedy", async () => {
    const server = await serving();
    const gone = url(server);
    server.stop();
    const result = await clientWith().ask(asking(gone));
    expect(result).toMatchObject({ ok: false, error: { code: "connect_failed" } });
    expect(JSON.stringify(result)).toContain("check that it listens there");
  });
});

describe("a request", () => {
  test("of many megabytes arrives whole", async () => {
    let bytes = 0;
    const size = 12 * 2 ** 20;
    const server = await serving((socket, text) => {
      bytes += text.length;
      if (bytes > size) socket.write(OK);
    });
    const client = clientWith();
    const body = new Uint8Array(size).fill(120);
    expect(seen(await client.ask(asking(url(server), { body })))).toBe("200 ok");
    expect(bytes - (server.requests[0]?.indexOf("\r\n\r\n") ?? 0) - 4).toBe(size);
    client.close();
  });

  test("counts its body in bytes", async () => {
    const server = await serving();
    const client = clientWith();
    await client.ask(asking(url(server), { body: "äöü" }));
    await client.ask(asking(url(server), { body: null }));
    await client.ask(asking(url(server), { body: null, method: "GET" }));
    const lengths = server.requests.map((text) => /content-length: (\d+)/.exec(text)?.[1]);
    expect(lengths).toEqual(["6", "0", undefined]);
    client.close();
  });

  test.each<[string, Ask["headers"]]>([
    ["a line break in a value", { "x-a": "1\r\nx-b: 2" }],
    ["a line feed in a value", { "x-a": "1\nx-b: 2" }],
    ["a zero byte in a value", { "x-a": "\0" }],
    ["a value beyond Latin-1", { "x-a": "☃" }],
    ["a line break in a name", { "x-a: 1\r\nx-b": "2" }],
    ["an empty name", { "": "2" }],
    ["a length of its own", { "Content-Length": "1" }],
    ["a coding of its own", { "Transfer-Encoding": "chunked" }],
    ["a host of its own", { Host: "metadata.internal" }],
    ["an upgrade", { Upgrade: "h2c" }],
  ])("with %s is not sent", async (_, headers) => {
    const server = await serving();
    expect(seen(await clientWith().ask(asking(url(server), { headers })))).toBe("url_refused");
    expect(server.connections).toBe(0);
  });

  test("that is given up ends at once, before it begins and while it waits", async () => {
    const clock = new SimClock();
    const server = await serving(() => abort.abort());
    const abort = new AbortController();
    const client = clientWith({ clock });
    expect(seen(await client.ask(asking(url(server)), abort.signal))).toBe("aborted");
    expect(seen(await client.ask(asking(url(server)), abort.signal))).toBe("aborted");
    expect(server.requests.length).toBe(1);
    await server.deserted();
    expect(clock.nextIn()).toBeNull();
  });

  test("that is over does not heed its signal any more", async () => {
    const server = await serving();
    const abort = new AbortController();
    const client = clientWith();
    await client.ask(asking(url(server)), abort.signal);
    abort.abort();
    expect(seen(await client.ask(asking(url(server))))).toBe("200 ok");
    expect(server.connections).toBe(1);
    client.close();
  });
});

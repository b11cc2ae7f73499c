import { afterEach, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { SimClock } from "../../support/sim-clock.ts";
import { answerWith, asking, clientWith, OK, RawServer, type Script, seen } from "./world.ts";

const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function serving(script: Script): Promise<RawServer> {
  const server = await RawServer.start(script);
  servers.push(server);
  return server;
}

const url = (server: RawServer): string => `http://127.0.0.1:${server.port}/hook`;

/** Writes until the other side is gone, no faster than it is read. */
const flood =
  (head: string, piece: string): Script =>
  (socket) => {
    const more = (): void => {
      if (!socket.destroyed) socket.write(piece, () => setImmediate(more));
    };
    socket.write(head === "" ? piece : head, more);
  };

const HEAD = "HTTP/1.1 200 OK\r\n";
const BOMB = gzipSync(Buffer.alloc(1_000_000));

const HOSTILE: readonly (readonly [what: string, script: Script, result: string])[] = [
  ["resets before it answers", (socket) => socket.resetAndDestroy(), "broken"],
  ["ends before it answers", (socket) => socket.end(), "broken"],
  ["ends within its headers", (socket) => socket.end("HTTP/1.1 200 OK\r\nx:"), "broken"],
  ["ends within its body", (socket) => socket.end(`${HEAD}Content-Length: 9\r\n\r\nabc`), "broken"],
  [
    "ends within a chunk",
    (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\nabc`),
    "broken",
  ],
  ["speaks no HTTP", answerWith("220 mail.example ESMTP\r\n\r\n"), "broken"],
  [
    "sends nonsense for chunks",
    answerWith(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzzz\r\n`),
    "broken",
  ],
  ["switches protocols", answerWith("HTTP/1.1 101 x\r\nUpgrade: x\r\n\r\n"), "broken"],
  [
    "sends interim answers for ever",
    flood("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(50)),
    "broken",
  ],
  ["sends headers for ever", flood(HEAD, `x: ${"y".repeat(1_000)}\r\n`), "too_large"],
  ["sends one header for ever", flood(`${HEAD}x: `, "y".repeat(10_000)), "too_large"],
  ["sends a body for ever", flood(`${HEAD}\r\n`, "z".repeat(10_000)), `200 ${"z".repeat(1_024)} …`],
  [
    "sends chunks for ever",
    flood(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, "1\r\nz\r\n".repeat(500)),
    `200 ${"z".repeat(1_024)} …`,
  ],
  [
    "sends empty chunk extensions for ever",
    flood(`${HEAD}Transfer-Encoding: chunked\r\n\r\n1`, ";x=y".repeat(500)),
    "broken",
  ],
  [
    "sends a bomb",
    (socket) => {
      socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`);
      socket.write(BOMB);
    },
    `200 ${BOMB.toString("latin1")}`,
  ],
  [
    "redirects to where nobody may go",
    answerWith("HTTP/1.1 307 x\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"),
    "307 ",
  ],
];

describe("a server that", () => {
  test.each(HOSTILE)(
    "%s gets its documented end, and no socket or timer stays",
    async (_, script, result) => {
      const clock = new SimClock();
      const client = clientWith({ clock });
      const server = await serving(script);

      expect(seen(await client.ask(asking(url(server))))).toBe(result);

      expect(server.connections).toBe(1);
      client.close();
      await server.deserted();
      expect(clock.nextIn()).toBeNull();
    },
  );

  test("sends a body for ever to who wants it whole is too large", async () => {
    const client = clientWith();
    const server = await serving(flood(`${HEAD}\r\n`, "z".repeat(10_000)));
    expect(seen(await client.ask(asking(url(server), { whenLonger: "fail" })))).toBe("too_large");
    await server.deserted();
  });

  test("never answers is left at the deadline", async () => {
    const clock = new SimClock();
    const client = clientWith({ clock });
    let arrived = (): void => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const server = await serving(() => arrived());
    const asked = client.ask(asking(url(server), { timeoutMs: 15_000 }));
    await arrival;

    await clock.advance(14_999);
    expect(server.sockets.size).toBe(1);
    await clock.advance(1);

    expect(seen(await asked)).toBe("timeout");
    await server.deserted();
    expect(clock.nextIn()).toBeNull();
  });

  test.each([
    ["headers", `${HEAD}x: ${"y".repeat(100)}`],
    ["a body", `${HEAD}Content-Length: 100\r\n\r\n${"z".repeat(60)}`],
  ])("trickles %s is left at the deadline, however lively it is", async (_, text) => {
    const clock = new SimClock();
    const client = clientWith({ clock });
    const server = await serving((socket) => {
      const next = (at: number): void => {
        if (at === text.length) return;
        socket.write(text.slice(at, at + 1), () => {
          setImmediate(() => void clock.advance(1_000).then(() => next(at + 1)));
        });
      };
      next(0);
    });

    expect(seen(await client.ask(asking(url(server), { timeoutMs: 15_000 })))).toBe("timeout");

    await server.deserted();
  });

  test("answers 2xx after the deadline has not answered", async () => {
    const clock = new SimClock();
    const client = clientWith({ clock });
    const server = await serving((socket) => {
      void clock.advance(2_000).then(() => socket.write(OK));
    });
    expect(seen(await client.ask(asking(url(server))))).toBe("timeout");
    await server.deserted();
  });

  test("answers before it has read the request is heard, and not asked on that connection again", async () => {
    const client = clientWith();
    const server = await serving((socket, _, connection) => {
      if (connection === 1) socket.pause();
      socket.write(OK);
    });
    const large = asking(url(server), { body: new Uint8Array(16 * 2 ** 20) });

    expect(seen(await client.ask(large))).toBe("200 ok");
    expect(seen(await client.ask(asking(url(server))))).toBe("200 ok");

    expect(server.connections).toBe(2);
    client.close();
  });

  test("sends more than was asked for does not have it taken for the next answer", async () => {
    const client = clientWith();
    const forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
    const server = await serving((socket, _, connection) =>
      socket.write(connection === 1 ? OK + forged : OK),
    );

    const answers = [];
    for (let round = 0; round < 3; round++)
      answers.push(seen(await client.ask(asking(url(server)))));

    expect(answers).toEqual(["200 ok", "200 ok", "200 ok"]);
    client.close();
  });

  test("speaks while nothing is asked loses its connection", async () => {
    const client = clientWith();
    const server = await serving(answerWith(OK));
    expect(seen(await client.ask(asking(url(server))))).toBe("200 ok");
    for (const socket of server.sockets) socket.write(OK);
    await server.deserted();
  });
});

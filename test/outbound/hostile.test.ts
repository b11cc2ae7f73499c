import { afterEach, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { GuardedClient } from "../../src/base/http/guarded-client.ts";
import type { Resolver } from "../../src/base/http/resolver.ts";
import { noLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Settings } from "../../src/config/settings.ts";
import type { SendingFact } from "../../src/journal/sending-facts.ts";
import { Outbound } from "../../src/outbound/outbound.ts";
import { Seal } from "../../src/outbound/seal.ts";
import { InlineJournal } from "../support/inline-journal.ts";
import { endpointSettings, SEAL_KEY } from "../support/outbound-world.ts";

type Tried = Extract<SendingFact, { kind: "tried" }>;

const TIMEOUT_MS = 300;
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A server that speaks for itself: what it does with each connection once a request is whole. */
async function serve(speak: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("data", () => speak(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/hook`;
}

/** The first try at one delivery to this URL, over real sockets, as it was written down. */
async function firstTry(
  url: string,
  { allowPrivate = ["127.0.0.1/32"], resolved = "127.0.0.1" } = {},
): Promise<Tried> {
  const clock = systemClock;
  const inline = new InlineJournal(clock);
  const { journal, reads } = inline;
  const resolver: Resolver = { resolve: async () => [resolved] };
  const http = new GuardedClient({ clock, resolver, allowPrivate: () => allowPrivate, trust: [] });
  const random = seededRandom(1);
  const endpoints = { hostile: endpointSettings({ url, timeoutMs: TIMEOUT_MS }) };
  const settings = { publicUrl: null, endpoints } as unknown as Settings;
  const tried = Promise.withResolvers<Tried>();
  const record = journal.record.bind(journal);
  journal.record = (fact) => {
    if (fact.kind === "tried") tried.resolve(fact);
    return record(fact);
  };
  const outbound = new Outbound({
    clock,
    random,
    log: noLog,
    journal,
    reads,
    owed: reads,
    http,
    seal: new Seal([SEAL_KEY], random),
    version: "0",
    settings: () => settings,
  });
  await outbound.start();
  cleanups.push(() => outbound.stop(100));
  const message = { type: "t", data: "{}", connection: null, idempotencyKey: null };
  await outbound.sending.publish(message, "key_1");
  return tried.promise;
}

const head = (status: string, ...headers: string[]): string =>
  `HTTP/1.1 ${status}\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`;

/** Writes as long as anybody reads. */
function flood(socket: Socket, chunk: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
}

describe("a hostile subscriber", () => {
  test("that resets is tried again", async () => {
    const url = await serve((socket) => socket.resetAndDestroy());
    expect(await firstTry(url)).toMatchObject({
      outcome: "retry",
      error: { code: "connection_broken" },
    });
  });

  test("that hangs is cut at the time-out", async () => {
    const tried = await firstTry(await serve(() => {}));
    expect(tried).toMatchObject({ outcome: "retry", error: { code: "timeout" } });
    expect(tried.durationMs).toBeLessThan(TIMEOUT_MS * 4);
  });

  test("that trickles its answer is cut at the time-out all the same", async () => {
    const url = await serve((socket) => {
      socket.write(head("200 OK", "content-length: 1000"));
      const tick = (): void => {
        if (socket.destroyed) return;
        socket.write("x");
        systemClock.after(50, tick);
      };
      tick();
    });
    expect(await firstTry(url)).toMatchObject({ outcome: "retry", error: { code: "timeout" } });
  });

  test("whose answer has no end is believed its status; of the rest 16 KiB are kept", async () => {
    const url = await serve((socket) => {
      socket.write(head("200 OK"));
      flood(socket, "y".repeat(65_536));
    });
    const tried = await firstTry(url);
    expect(tried).toMatchObject({ outcome: "delivered", reply: { status: 200, truncated: true } });
    expect(tried.reply?.body.length).toBe(16 * 2 ** 10);
  });

  test("whose headers have no end is tried again", async () => {
    const url = await serve((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      flood(socket, `x-${"h".repeat(1_000)}: v\r\n`);
    });
    const { outcome, error } = await firstTry(url);
    expect(outcome).toBe("retry");
    expect(["answer_too_large", "connection_broken"]).toContain(error?.code ?? "");
  });

  test("that redirects to the metadata service is not followed", async () => {
    const to = "location: http://169.254.169.254/latest/meta-data/";
    const url = await serve((socket) => socket.end(head("302 Found", to, "content-length: 0")));
    const tried = await firstTry(url);
    expect(tried).toMatchObject({ outcome: "retry", error: { code: "http_302" } });
    expect(tried.error?.message).toContain("not followed");
  });

  test("that asks for a pause of years gets one of a day", async () => {
    const url = await serve((socket) =>
      socket.end(head("429 Too Many", "retry-after: 999999999", "content-length: 0")),
    );
    const { nextAt, at } = await firstTry(url);
    expect((nextAt ?? 0) - at).toBeGreaterThan(23 * 3_600_000);
    expect((nextAt ?? 0) - at).toBeLessThanOrEqual(24 * 3_600_000);
  });

  test("whose name leads to this machine is never connected to", async () => {
    let connections = 0;
    const url = await serve(() => connections++);
    const port = new URL(url).port;
    const named = `https://innocent.example:${port}/hook`;
    const tried = await firstTry(named, { allowPrivate: [] });
    expect(tried).toMatchObject({ outcome: "retry", error: { code: "address_refused" } });
    const metadata = await firstTry("https://innocent.example/", {
      allowPrivate: [],
      resolved: "169.254.169.254",
    });
    expect(metadata.error?.code).toBe("address_refused");
    expect(connections).toBe(0);
  });
});

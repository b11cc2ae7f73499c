import { describe, expect, test } from "bun:test";
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { LIMITS } from "../../src/base/limits.ts";
import { readBody } from "../../src/ingress/body.ts";
import { BodyRoom } from "../../src/ingress/body-room.ts";
import { Lease } from "../../src/ingress/lease.ts";
import { Receiving } from "../support/receiving.ts";
import { sourceSettings } from "../support/settings.ts";
import { SimClock } from "../support/sim-clock.ts";

const PAYLOAD = JSON.stringify({ hello: "world", pad: "x".repeat(5_000) });
const reading = (request: Request, clock = new SimClock()) =>
  readBody(request, 1_000, clock, new Lease(new BodyRoom(clock), request, () => null));
const receiving = (bytesMax = 2 ** 20): Receiving =>
  new Receiving([sourceSettings({ bodyBytesMax: bytesMax })]);

const journaled = (it: Receiving): string =>
  Buffer.from(it.journal.intakes[0]?.body ?? []).toString();

describe("a compressed body", () => {
  test.each([
    ["gzip", gzipSync(PAYLOAD)],
    ["x-gzip", gzipSync(PAYLOAD)],
    [" GZip ", gzipSync(PAYLOAD)],
    ["deflate", deflateSync(PAYLOAD)],
    ["deflate", deflateRawSync(PAYLOAD)],
    ["br", brotliCompressSync(PAYLOAD)],
    ["identity", Buffer.from(PAYLOAD)],
    ["", Buffer.from(PAYLOAD)],
  ])("of the encoding %p is journaled inflated", async (encoding, bytes) => {
    const it = receiving();
    expect((await it.send("shop", bytes, { "content-encoding": encoding })).status).toBe(202);
    expect(journaled(it)).toBe(PAYLOAD);
  });

  test.each(["gzip, gzip", "gzip, identity", "zstd", "compress", "gzip;q=1"])(
    "of the encoding %p is a 415 that says what is taken",
    async (encoding) => {
      const it = receiving();
      const answer = await it.send("shop", gzipSync(PAYLOAD), { "content-encoding": encoding });
      expect([answer.status, answer.code]).toEqual([415, "unsupported_media_type"]);
      expect(answer.headers.get("accept-encoding")).toBe("gzip, deflate, br");
    },
  );

  test("that is broken or cut short is a 400", async () => {
    const whole = gzipSync(PAYLOAD);
    const flipped = Buffer.from(whole);
    flipped[12] = (flipped[12] ?? 0) ^ 0xff;
    for (const bytes of [
      whole.subarray(0, -5),
      Buffer.from("not gzip"),
      flipped,
      Buffer.alloc(0),
    ]) {
      for (const encoding of ["gzip", "deflate", "br"]) {
        const it = receiving();
        const answer = await it.send("shop", bytes, { "content-encoding": encoding });
        expect([answer.status, answer.code]).toEqual([400, "malformed_body"]);
        expect(it.journal.intakes).toEqual([]);
      }
    }
  });

  test("counts by what comes out of it, exactly", async () => {
    const at = (bytesMax: number) =>
      receiving(bytesMax).send("shop", gzipSync(PAYLOAD), { "content-encoding": "gzip" });
    expect((await at(PAYLOAD.length)).status).toBe(202);
    expect((await at(PAYLOAD.length - 1)).code).toBe("body_too_large");
  });

  test("that is a bomb is dropped at the limit, whatever it would become", async () => {
    const zeros = Buffer.alloc(150 * 2 ** 20);
    const bombs = [
      ["gzip", gzipSync(zeros, { level: 1 })],
      ["br", brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ] as const;
    const before = process.memoryUsage().rss;
    for (const [encoding, bomb] of bombs) {
      const answer = await receiving().send("shop", bomb, { "content-encoding": encoding });
      expect(answer.code).toBe("body_too_large");
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  });
});

describe("a body of unknown length", () => {
  const chunked = (chunks: readonly string[], end: "close" | "error" | "never" = "close") => {
    const sent = { chunks: 0, cancelled: false };
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks[sent.chunks++];
        if (chunk !== undefined) controller.enqueue(new TextEncoder().encode(chunk));
        else if (end === "close") controller.close();
        else if (end === "error") controller.error(new Error("connection reset"));
        else return new Promise(() => {});
      },
      cancel() {
        sent.cancelled = true;
      },
    });
    return { sent, request: new Request("http://h/in/shop", { method: "POST", body: stream }) };
  };

  test("is put together from its chunks", async () => {
    const it = receiving();
    expect((await it.receive(chunked(['{"a"', ":", "1}"]).request)).status).toBe(202);
    expect(journaled(it)).toBe('{"a":1}');
  });

  test("is counted while it arrives, and dropped at the first byte too many", async () => {
    const { request, sent } = chunked(Array.from({ length: 1_000 }, () => "x".repeat(100)));
    const answer = await receiving(1_000).receive(request);
    expect(answer.code).toBe("body_too_large");
    expect(sent.cancelled).toBe(true);
    expect(sent.chunks).toBeLessThan(20);
  });

  test("that ends before its time is not journaled", async () => {
    const it = receiving();
    const answer = await it.receive(chunked(['{"a":1}'], "error").request);
    expect(answer.status).toBe(400);
    expect(it.journal.intakes).toEqual([]);
  });

  test("that takes too long is a 408 and closes the connection", async () => {
    const it = receiving();
    const { request, sent } = chunked(["{"], "never");
    const answering = it.receive(request);
    await it.clock.advance(LIMITS.BODY_MS_MAX);
    const answer = await answering;
    expect([answer.status, answer.code]).toEqual([408, "body_timeout"]);
    expect(answer.headers.get("connection")).toBe("close");
    expect(sent.cancelled).toBe(true);
  });
});

describe("a body of declared length", () => {
  const declared = (length: string, body: string): Request =>
    new Request("http://h/in/shop", {
      method: "POST",
      body,
      headers: { "content-length": length },
    });

  test("beyond the limit is refused without reading it", async () => {
    const request = declared("1001", "x");
    const body = await reading(request);
    expect(body.ok || body.error.code).toBe("body_too_large");
    expect(request.bodyUsed).toBe(false);
  });

  test("that cannot be read any more is no empty body", async () => {
    const request = declared("2", "{}");
    await request.text();
    const body = await reading(request);
    expect(body.ok || body.error.code).toBe("aborted");
  });

  test("that is there already is answered without a promise, and sets no timer", () => {
    const clock = new SimClock();
    const body = reading(declared("2", "{}"), clock);
    expect(body).not.toBeInstanceOf(Promise);
    expect(clock.nextIn()).toBeNull();
  });
});

test("a slow sender is cut on a real socket, and nothing is journaled", async () => {
  const it = receiving();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const answering = it.receive(request, "shop");
      ask();
      const answer = await answering;
      return new Response(answer.text, answer);
    },
  });
  const { promise: closed, resolve: close } = Promise.withResolvers<string>();
  let heard = "";
  await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port ?? 0,
    socket: {
      open: (socket) =>
        void socket.write('POST /in/shop HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\n{"a"'),
      data: (_, bytes) => {
        heard += bytes.toString();
      },
      close: () => close(heard),
    },
  });
  await asked;
  await it.clock.advance(LIMITS.BODY_MS_MAX);
  expect(await closed).toContain("408");
  expect(it.journal.intakes).toEqual([]);
  await server.stop(true);
});

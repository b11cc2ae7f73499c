import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { systemClock } from "../../../src/base/clock.ts";
import { AnswerReader } from "../../../src/cli/bench/answers.ts";
import { Latencies } from "../../../src/cli/bench/latencies.ts";
import { Load } from "../../../src/cli/bench/load.ts";
import { BenchRequests, BODY_BYTES, indexOf } from "../../../src/cli/bench/requests.ts";

describe("requests", () => {
  const requests = new BenchRequests({ secret: "s", host: "127.0.0.1:1", connections: 3 });
  const parsed = (index: number, now: number) => {
    const [head = "", body = ""] = Buffer.from(requests.at(index, now))
      .toString("latin1")
      .split("\r\n\r\n");
    const header = (name: string): string => new RegExp(`\r\n${name}: (.*)`).exec(head)?.[1] ?? "";
    return { head, body, header };
  };

  test("each is whole, signed over its time and body, and of one length", () => {
    for (const [index, now] of [
      [0, 1_700_000_000_000],
      [7, 1_700_000_000_500],
      [1_234_567_890, 1_700_000_009_000],
    ] as const) {
      const { body, header } = parsed(index, now);
      expect(body).toHaveLength(BODY_BYTES);
      expect(header("Content-Length")).toBe(String(BODY_BYTES));
      const signed = `${header("X-Timestamp")}.${body}`;
      expect(header("X-Signature")).toBe(createHmac("sha256", "s").update(signed).digest("hex"));
      expect(Math.abs(Number(header("X-Timestamp")) * 1_000 - now)).toBeLessThan(2_000);
      const event = JSON.parse(body);
      expect(indexOf(event.id)).toBe(index);
      expect(event.account.id).toBe(`acct_${String(index % 3).padStart(7, "0")}`);
    }
  });

  test("a key that is none of ours has no index", () => {
    for (const key of ["", "evt_1", "evt_00000000001", "xevt_0000000001"])
      expect(indexOf(key)).toBeNull();
  });
});

describe("answers", () => {
  const ANSWER = Buffer.from("HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\nDate: x\r\n\r\nbody");

  test("an answer is whole at its last byte, wherever it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: ANSWER.length - 1 }), { maxLength: 5 }),
        (cuts) => {
          const reader = new AnswerReader();
          const at = [0, ...[...new Set(cuts)].sort((a, b) => a - b), ANSWER.length];
          const states = at.slice(1).map((to, piece) => {
            const bytes = Buffer.from(ANSWER.subarray(at[piece], to));
            const { state } = reader.read(bytes);
            bytes.fill(0);
            return state;
          });
          expect(states.pop()).toBe("whole");
          expect(states.every((state) => state === "more")).toBe(true);
        },
      ),
    );
  });

  test("one answer follows the other on the same connection, with or without a body", () => {
    const reader = new AnswerReader();
    expect(reader.read(ANSWER)).toEqual({ state: "whole", status: 202 });
    expect(reader.read(Buffer.from("HTTP/1.1 204 No Content\r\n\r\n"))).toEqual({
      state: "whole",
      status: 204,
    });
    expect(reader.read(ANSWER)).toEqual({ state: "whole", status: 202 });
  });

  test.each([
    ["something that is not HTTP", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["more than one answer", `${ANSWER}${ANSWER}`],
    ["an answer of unknown length", "HTTP/1.1 200 OK\r\n\r\n"],
    ["a head without an end", "HTTP/1.1 200 OK\r\n".padEnd(20_000, "x")],
  ])("%s is malformed", (_what, text) => {
    expect(new AnswerReader().read(Buffer.from(text)).state).toBe("malformed");
  });
});

describe("load", () => {
  const load = (port: number, acknowledged: (index: number) => void) =>
    Load.start({
      clock: systemClock,
      host: "127.0.0.1",
      port,
      clients: 3,
      request: (index) =>
        Buffer.from(`POST /${index} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`),
      acknowledged,
    });
  const serve = (status: (path: string) => number) =>
    Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => new Response("", { status: status(new URL(request.url).pathname) }),
    });

  test("what is answered 2xx counts as acknowledged, once each, and nothing else does", async () => {
    const enough = Promise.withResolvers<void>();
    const seen: number[] = [];
    const server = serve((path) => (path === "/5" ? 503 : 202));
    const running = await load(server.port ?? 0, (index) => {
      if (seen.push(index) === 100) enough.resolve();
    });
    const tally = running.measure();
    await enough.promise;
    await running.end();
    await server.stop(true);

    const others = Array.from({ length: running.sent }, (_, index) => index).filter(
      (index) => index !== 5,
    );
    expect(seen.sort((a, b) => a - b)).toEqual(others);
    expect(tally).toMatchObject({ acknowledged: seen.length, refused: 1 });
    expect(tally.statuses.get(503)).toBe(1);
    expect(tally.latencies.count).toBe(running.sent);
    expect(running.broken).toBe(0);
  });

  test("a server that goes away breaks every client, and the end does not wait for it", async () => {
    const some = Promise.withResolvers<void>();
    const server = serve(() => 202);
    const running = await load(server.port ?? 0, () => some.resolve());
    await some.promise;
    await server.stop(true);
    while (running.broken < 3) await new Promise((resolve) => setImmediate(resolve));

    await running.end();
    expect(running.broken).toBe(3);
  });

  test("a port at which nobody listens is refused at once", async () => {
    const server = serve(() => 202);
    const port = server.port ?? 0;
    await server.stop(true);
    await expect(load(port, () => {})).rejects.toThrow();
  });
});

test("percentiles are those of the sorted durations, up to 1 % above", () => {
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  const durations = fc.array(fc.double({ min: 0.002, max: 60_000, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(durations, share, (all, at) => {
      const latencies = new Latencies();
      for (const ms of all) latencies.add(ms);
      const exact = [...all].sort((a, b) => a - b)[Math.ceil(at * all.length) - 1] ?? 0;
      expect(latencies.percentile(at)).toBeGreaterThanOrEqual(exact * 0.999_999);
      expect(latencies.percentile(at)).toBeLessThanOrEqual(exact * 1.0101);
    }),
  );
  expect(new Latencies().percentile(0.5)).toBe(0);
});

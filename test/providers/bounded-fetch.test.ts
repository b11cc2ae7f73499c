import { describe, expect, test } from "bun:test";
import { fetchBounded } from "../../src/providers/bounded-fetch.ts";
import { SimClock } from "../support/sim-clock.ts";
import { down, Network } from "./network.ts";

const ASKED = { url: "https://id.test/", method: "GET", headers: {}, body: null } as const;
const LIMITS = { bytesMax: 1_000, msMax: 5_000 };

async function outcome(answer: () => Response | Error | Promise<Response>) {
  const { fetch } = new Network(answer);
  const got = await fetchBounded(ASKED, LIMITS, { fetch, clock: new SimClock() });
  return got.ok ? [got.value.status, got.value.json()] : got.error;
}

describe("an answer", () => {
  test("is whole, with its status", async () => {
    expect(await outcome(() => Response.json({ a: 1 }))).toEqual([200, { a: 1 }]);
    expect(await outcome(() => new Response(null, { status: 404 }))).toEqual([404, undefined]);
    expect(await outcome(() => new Response("x".repeat(1_000)))).toEqual([200, undefined]);
  });

  test("that leads elsewhere, is too large, or does not come is none", async () => {
    expect(await outcome(() => Response.redirect("https://id.test/2", 307))).toBe("redirected");
    expect(await outcome(() => new Response("x".repeat(1_001)))).toBe("too_large");
    expect(await outcome(down)).toBe("network");
  });

  test("that goes on without end is left at its limit", async () => {
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 100;
        controller.enqueue(new Uint8Array(100));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await outcome(() => new Response(endless))).toBe("too_large");
    expect([sent < 5_000, cancelled]).toEqual([true, true]);
  });

  test("that is late is aborted", async () => {
    const clock = new SimClock();
    let signal: AbortSignal | null | undefined;
    const asked = fetchBounded(ASKED, LIMITS, {
      clock,
      fetch: (_, init) => {
        signal = init.signal;
        return new Promise(() => {});
      },
    });
    await clock.advance(5_000);
    expect(await asked).toEqual({ ok: false, error: "timeout" });
    expect(signal?.aborted).toBe(true);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { TokenBucket } from "../../src/base/token-bucket.ts";
import { SourceTable } from "../../src/ingress/sources.ts";
import { testDeps } from "../support/network.ts";
import { Receiving } from "../support/receiving.ts";
import { hmacSettings, settings, sourceSettings } from "../support/settings.ts";
import { SimClock } from "../support/sim-clock.ts";

const rate = (perSecond: number, burst: number) => ({ perSecond, burst });

describe("a rate limit", () => {
  test("lets a burst through, then refuses with the time to wait, then goes on", async () => {
    const receiving = new Receiving([sourceSettings({ rateLimit: rate(0.5, 2) })]);
    const send = () => receiving.send("shop", "{}");
    expect([(await send()).status, (await send()).status]).toEqual([202, 202]);
    const refused = await send();
    expect([refused.status, refused.code]).toEqual([429, "too_many_requests"]);
    expect(refused.headers.get("retry-after")).toBe("2");
    await receiving.clock.advance(1_999);
    expect((await send()).status).toBe(429);
    await receiving.clock.advance(1);
    expect((await send()).status).toBe(202);
  });

  test("is a source's own", async () => {
    const limited = sourceSettings({ rateLimit: rate(1, 1) });
    const receiving = new Receiving([limited, { ...limited, name: "other" }]);
    await receiving.send("shop", "{}");
    expect((await receiving.send("shop", "{}")).status).toBe(429);
    expect((await receiving.send("other", "{}")).status).toBe(202);
  });

  test("is not spent by requests that are refused before it", async () => {
    const receiving = new Receiving([sourceSettings({ rateLimit: rate(0, 1) })]);
    receiving.journal.pressed = "overloaded";
    expect((await receiving.send("shop", "{}")).status).toBe(503);
    receiving.journal.pressed = null;
    expect((await receiving.send("shop", "{}")).status).toBe(202);
    expect((await receiving.send("shop", "{}")).headers.get("retry-after")).toBe("3600");
  });

  test("never lets more through than its burst and what time has filled", () => {
    const steps = fc.array(fc.nat({ max: 3_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        steps,
        (perSecond, burst, waits) => {
          const bucket = new TokenBucket(rate(perSecond, burst), 0);
          let now = 0;
          let taken = 0;
          for (const wait of waits) {
            now += wait;
            const waitMs = bucket.take(now);
            if (waitMs === 0) taken++;
            else expect(new TokenBucket(bucket.rate, 0).take(0)).toBe(0);
            expect(taken).toBeLessThanOrEqual(burst + (now / 1000) * perSecond + 1e-6);
          }
        },
      ),
    );
  });
});

describe("a new configuration", () => {
  const table = (...sources: ReturnType<typeof sourceSettings>[]) =>
    new SourceTable(settings(sources), { clock: new SimClock(), providers: testDeps() });

  test("replaces all sources at once", () => {
    const sources = table(sourceSettings({ name: "a" }), sourceSettings({ name: "b" }));
    sources.replace(settings([sourceSettings({ name: "b" }), sourceSettings({ name: "c" })]));
    expect([sources.find("a"), sources.find("b")?.name, sources.find("c")?.name]).toEqual([
      null,
      "b",
      "c",
    ]);
  });

  test("that cannot be prepared leaves the old one in place", () => {
    const sources = table(sourceSettings({ name: "a" }));
    const faulty = [
      sourceSettings({ name: "b" }),
      sourceSettings({ name: "c", provider: "nobody" }),
    ];
    expect(() => sources.replace(settings(faulty))).toThrow("provider nobody exists");
    expect([sources.find("a")?.name, sources.find("b")]).toEqual(["a", null]);
  });

  test("does not refill a rate limit that it leaves as it was", () => {
    const limited = sourceSettings({ rateLimit: rate(1, 2) });
    const sources = table(limited);
    sources.find("shop")?.bucket?.take(0);
    sources.replace(settings([{ ...limited, timeoutMs: 1 }]));
    expect(sources.find("shop")?.bucket?.take(0)).toBe(0);
    expect(sources.find("shop")?.bucket?.take(0)).toBe(1_000);
    sources.replace(settings([{ ...limited, rateLimit: rate(1, 3) }]));
    expect(sources.find("shop")?.bucket?.take(0)).toBe(0);
  });

  test("serves a request that is under way by the old one to its end", async () => {
    const receiving = new Receiving([
      sourceSettings({ verify: hmacSettings({ secrets: ["old"] }) }),
    ]);
    const signature = new Bun.CryptoHasher("sha256", "old").update("{}").digest("hex");
    const { promise: rest, resolve: finish } = Promise.withResolvers<void>();
    const body = new ReadableStream({
      async pull(controller) {
        await rest;
        controller.enqueue(new TextEncoder().encode("{}"));
        controller.close();
      },
    });
    const headers = { "x-signature": signature, "content-type": "application/json" };
    const answering = receiving.receive(
      new Request("http://h/in/shop", { method: "POST", body, headers }),
    );
    receiving.sources.replace(
      settings([sourceSettings({ verify: hmacSettings({ secrets: ["new"] }) })]),
    );
    finish();
    expect((await answering).status).toBe(202);
  });
});

describe("in development", () => {
  const development = { development: true };

  test("any good name is a source, unverified, its type the payload's", async () => {
    const receiving = new Receiving([], development);
    expect((await receiving.send("anything", '{"type":"made"}')).status).toBe(202);
    expect(receiving.journal.intakes[0]).toMatchObject({
      source: "anything",
      events: [{ type: "made" }],
    });
    for (const name of ["Any", "a.b", "", "a%20b", "x".repeat(65)]) {
      const request = new Request("http://h/", { method: "POST", body: "{}" });
      expect((await receiving.receive(request, name)).code).toBe("unknown_source");
    }
  });

  test("text is taken as it is", async () => {
    const receiving = new Receiving([sourceSettings()], development);
    for (const source of ["shop", "other"]) {
      expect((await receiving.send(source, "hello", { "content-type": "text/plain" })).status).toBe(
        202,
      );
    }
    expect((await receiving.send("shop", "x", { "content-type": "image/png" })).status).toBe(415);
  });

  test("a source that is configured with a secret still demands it", async () => {
    const receiving = new Receiving([sourceSettings({ verify: hmacSettings() })], development);
    expect((await receiving.send("shop", "{}")).code).toBe("signature_missing");
  });

  test("names without end do not fill the memory", async () => {
    const receiving = new Receiving([], development);
    for (let count = 0; count < 1_000; count++) await receiving.send(`s${count}`, "{}");
    expect((await receiving.send("one-more", "{}")).code).toBe("unknown_source");
    expect((await receiving.send("s0", "{}")).status).toBe(202);
  });
});

test("the use of a secret is told once, with its last time", async () => {
  const receiving = new Receiving([sourceSettings({ verify: hmacSettings() })]);
  const signature = new Bun.CryptoHasher("sha256", "s3cret").update("{}").digest("hex");
  await receiving.send("shop", "{}", { "x-signature": signature });
  await receiving.clock.advance(5);
  await receiving.send("shop", "{}", { "x-signature": signature });
  await receiving.send("shop", "{}", { "x-signature": "00" });
  expect(receiving.sources.takeSecretUses()).toEqual([
    {
      source: "shop",
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
      at: receiving.clock.now(),
    },
  ]);
  expect(receiving.sources.takeSecretUses()).toEqual([]);
});

import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { LIMITS } from "../../src/base/limits.ts";
import { err } from "../../src/base/result.ts";
import { Allowance } from "../../src/ingress/allowance.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { Receiving } from "../support/receiving.ts";
import { hmacSettings, sourceSettings } from "../support/settings.ts";

const sign = (body: string): string => createHmac("sha256", "s3cret").update(body).digest("hex");
const signed = (): Receiving => new Receiving([sourceSettings({ verify: hmacSettings() })]);

/** A source whose keys cannot be asked for. */
function keyless(whenUnavailable: "hold" | "reject"): Receiving {
  const receiving = new Receiving([sourceSettings({ whenUnavailable })]);
  const source = receiving.sources.find("shop");
  if (source === null) throw new Error("no source");
  Object.assign(source.provider, {
    verify: () => err({ code: "keys_unavailable", detail: "Nobody answers." }),
  });
  return receiving;
}

/** Sends and lets what is written behind the answer be written. */
async function sent(receiving: Receiving, body: string, signature = "00"): Promise<number> {
  const answer = receiving.send("shop", body, { "x-signature": signature });
  await receiving.clock.settle();
  return (await answer).status;
}

describe("a request that fails verification", () => {
  test("is kept as it came, with why, behind its answer; one that passes is not", async () => {
    const receiving = signed();

    expect(await sent(receiving, '{"n":1}')).toBe(401);
    expect(await sent(receiving, '{"n":2}', sign('{"n":2}'))).toBe(202);

    expect(receiving.kept.rows).toHaveLength(1);
    expect(receiving.kept.rows[0]).toMatchObject({
      source: "shop",
      at: receiving.clock.now(),
      code: "signature_mismatch",
      held: false,
      request: { method: "POST", url: "/in/shop", peer: "192.0.2.7" },
    });
    expect(receiving.kept.rows[0]?.request.headers).toContainEqual(["x-signature", "00"]);
    expect(Buffer.from(receiving.kept.rows[0]?.body ?? []).toString()).toBe('{"n":1}');
    expect(receiving.posted).toHaveLength(1);
  });

  test("is answered before it is written, and also when it cannot be", async () => {
    const receiving = signed();
    receiving.kept.failure = new JournalRefused("disk_full", "no room");

    const answer = await receiving.send("shop", "{}", { "x-signature": "00" });
    expect([answer.status, receiving.kept.writes]).toEqual([401, []]);

    await receiving.clock.settle();
    expect(receiving.kept.writes).toEqual([1]);
    expect(receiving.errors).toEqual([]);
  });

  test("is written together with all that came in its turn, and a flood only as far as the rate goes", async () => {
    const receiving = signed();
    const all = Array.from({ length: 500 }, () =>
      receiving.send("shop", "{}", { "x-signature": "00" }),
    );
    for (const answer of await Promise.all(all)) expect(answer.status).toBe(401);
    await receiving.clock.settle();

    expect(receiving.kept.rows).toHaveLength(LIMITS.QUARANTINE_PER_SECOND);
    expect(receiving.kept.writes.length).toBeLessThan(LIMITS.QUARANTINE_PER_SECOND);
    await receiving.clock.advance(1_000);
    await sent(receiving, "{}");
    expect(receiving.kept.rows).toHaveLength(LIMITS.QUARANTINE_PER_SECOND + 1);
  });

  test("of one source spends nothing of another's rate", async () => {
    const verify = hmacSettings();
    const sources = [sourceSettings({ verify }), sourceSettings({ name: "bank", verify })];
    const receiving = new Receiving(sources);
    for (let n = 0; n < 50; n++) await sent(receiving, "{}");

    const answer = receiving.send("bank", "{}", { "x-signature": "00" });
    await receiving.clock.settle();

    expect((await answer).status).toBe(401);
    expect(receiving.kept.rows.at(-1)?.source).toBe("bank");
  });

  test("is not kept where the provider signs badly on purpose, to see whether anybody looks", async () => {
    // The first of the test vectors of RFC 8032, 7.1.
    const publicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const receiving = new Receiving([
      sourceSettings({ provider: "discord", verify: null, publicKey }),
    ]);
    const headers = {
      "x-signature-ed25519": "00".repeat(64),
      "x-signature-timestamp": "1767225600",
    };
    for (const [body, rows] of [
      ['{"type":1}', 0],
      ['{"type":2,"id":"1"}', 1],
    ] as const) {
      const answer = receiving.send("shop", body, headers);
      await receiving.clock.settle();
      expect([(await answer).status, receiving.kept.rows.length]).toEqual([401, rows]);
    }
  });

  test("is not kept in development", async () => {
    const receiving = signed();
    receiving.isDevelopment = true;
    expect(await sent(receiving, "{}")).toBe(401);
    expect(receiving.kept.rows).toEqual([]);
  });
});

describe("a request whose keys cannot be asked for", () => {
  test("is acknowledged as held once it is written, where its source says so", async () => {
    const receiving = keyless("hold");
    const answer = receiving.send("shop", '{"n":1}');
    await receiving.clock.settle();

    const { status, text } = await answer;
    expect([status, JSON.parse(text)]).toEqual([202, { status: "held", events: [] }]);
    expect(receiving.kept.rows).toMatchObject([{ code: "keys_unavailable", held: true }]);
    expect(receiving.held).toBe(1);
    expect(receiving.journal.intakes).toEqual([]);
  });

  test.each(["disk_full", "failing"] as const)(
    "is not acknowledged when it cannot be written: %s",
    async (code) => {
      const receiving = keyless("hold");
      receiving.kept.failure = new JournalRefused(code, "no");
      expect(await sent(receiving, "{}")).toBe(503);
      expect(receiving.held).toBe(0);
    },
  );

  test("is not acknowledged when no more can be held", async () => {
    const receiving = keyless("hold");
    receiving.kept.isFull = true;
    expect(await sent(receiving, "{}")).toBe(503);
    expect(receiving.held).toBe(0);
  });

  test("is refused and not kept, where its source says so", async () => {
    const receiving = keyless("reject");
    const answer = receiving.send("shop", "{}");
    await receiving.clock.settle();

    const { status, code, headers } = await answer;
    expect([status, code, headers.get("retry-after")]).toEqual([503, "keys_unavailable", "10"]);
    expect(receiving.kept.rows).toEqual([]);
  });
});

describe("an allowance", () => {
  test("takes one large request on credit and nothing more until it is paid for", () => {
    const allowance = new Allowance(20, 0);
    expect(allowance.take(25 * 2 ** 20, 0)).toBe(true);
    expect(allowance.take(1, 18_000)).toBe(false);
    expect(allowance.take(1, 19_200)).toBe(true);
  });

  test("saves no more than a second's worth", () => {
    const allowance = new Allowance(20, 0);
    const taken = Array.from({ length: 50 }, () => allowance.take(1, 3_600_000));
    expect(taken.filter(Boolean)).toHaveLength(20);
  });
});

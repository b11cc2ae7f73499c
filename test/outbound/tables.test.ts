import { describe, expect, test } from "bun:test";
import { createHmac, generateKeyPairSync, verify } from "node:crypto";
import { globMatches } from "../../src/base/glob.ts";
import { headerFaults } from "../../src/base/outgoing-headers.ts";
import { compilePayloadFilter } from "../../src/base/payload-filter.ts";
import { seededRandom } from "../../src/base/random.ts";
import { Breaker, FAULTS_MAX } from "../../src/outbound/breaker.ts";
import { judge, type Policy } from "../../src/outbound/judge.ts";
import { retryAfterMs } from "../../src/outbound/retry-after.ts";
import { nextDelayMs, SENDING_RETRY_DEFAULT } from "../../src/outbound/schedule.ts";
import { Seal, WeakSecretKey } from "../../src/outbound/seal.ts";
import { openSecret, rotated, signatureHeaders } from "../../src/outbound/sign.ts";
import { answer, fault } from "../support/outbound-world.ts";

const NOW = Date.UTC(2026, 0, 1);
const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
const DAY = 24 * H;
const random = seededRandom(1);

describe("a verdict", () => {
  const policy: Policy = { retry: SENDING_RETRY_DEFAULT, confirmMs: null };
  const of = (reply: Parameters<typeof judge>[0], attempt = 1, own = policy) =>
    judge(reply, attempt, own, NOW, random);

  test.each([
    [200, "delivered", "well"],
    [204, "delivered", "well"],
    [299, "delivered", "well"],
    [199, "retry", "answering"],
    [301, "retry", "answering"],
    [400, "retry", "answering"],
    [401, "retry", "answering"],
    [408, "retry", "ill"],
    [410, "failed", "answering"],
    [429, "retry", "ill"],
    [500, "retry", "ill"],
    [503, "retry", "ill"],
  ] as const)("of %d is %s, and the endpoint is %s", (status, kind, health) => {
    expect(of(answer(status))).toMatchObject({ kind, health });
  });

  test("of no answer is another try, and of the last try it is the end", () => {
    for (const code of ["timeout", "broken", "connect_failed", "address_refused"] as const) {
      expect(of(fault(code))).toMatchObject({ kind: "retry", health: "ill" });
      expect(of(fault(code), 10)).toMatchObject({ kind: "failed", gone: false });
    }
  });

  test("obeys Retry-After with 429 and 503 alone", () => {
    const wait = (status: number) => {
      const verdict = of(answer(status, { "retry-after": "3600" }));
      return verdict.kind === "retry" ? verdict.nextAt - NOW : -1;
    };
    expect(wait(429)).toBe(H);
    expect(wait(503)).toBe(H);
    expect(wait(500)).toBeLessThan(6 * S);
  });

  test("of 2xx waits for the confirmation where one is wanted", () => {
    const verdict = of(answer(200), 1, { ...policy, confirmMs: MIN });
    expect(verdict).toMatchObject({ kind: "confirming", until: NOW + MIN });
  });
});

test.each([
  ["120", 120 * S],
  ["0", 0],
  ["999999999999999999999", DAY],
  ["Thu, 01 Jan 2026 00:01:00 GMT", MIN],
  ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ["Fri, 01 Jan 2100 00:00:00 GMT", DAY],
  ["-5", null],
  ["1.5", null],
  ["soon", null],
  ["", null],
])("Retry-After %p asks for %p ms", (text, ms) => {
  expect(retryAfterMs([["retry-after", text]], NOW)).toBe(ms);
});

test("the default schedule is that of Standard Webhooks, spread by a tenth either way", () => {
  const waits = [5 * S, 5 * MIN, 30 * MIN, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H];
  for (const [place, wait] of waits.entries()) {
    for (let draw = 0; draw < 50; draw++) {
      const delay = nextDelayMs(place + 1, SENDING_RETRY_DEFAULT, random) ?? -1;
      expect(delay).toBeGreaterThanOrEqual(wait * 0.9 - 1);
      expect(delay).toBeLessThanOrEqual(wait * 1.1 + 1);
    }
  }
  expect(nextDelayMs(10, SENDING_RETRY_DEFAULT, random)).toBeNull();
});

describe("the breaker", () => {
  test("opens after some faults in a row, rests longer each time, and lets one through", () => {
    const breaker = new Breaker(random);
    for (let n = 1; n < FAULTS_MAX; n++) breaker.note("ill", 0);
    expect(breaker.room(0, 3)).toBe(Number.POSITIVE_INFINITY);
    let now = 0;
    let restBefore = 0;
    for (let opening = 0; opening < 12; opening++) {
      breaker.note("ill", now);
      const rest = breaker.until - now;
      expect(rest).toBeLessThanOrEqual(5 * MIN);
      if (opening > 0 && opening < 6) expect(rest).toBeGreaterThanOrEqual(restBefore / 2);
      restBefore = rest;
      expect(breaker.room(now, 0)).toBe(0);
      now = breaker.until;
      expect(breaker.room(now, 0)).toBe(1);
      expect(breaker.room(now, 1)).toBe(0);
    }
    breaker.note("answering", now);
    expect(breaker.state(now)).toBe("closed");
  });

  test("a success between faults begins the count anew", () => {
    const breaker = new Breaker(random);
    for (let n = 0; n < 20; n++) breaker.note(n % FAULTS_MAX === 0 ? "well" : "ill", 0);
    expect(breaker.state(0)).toBe("closed");
  });
});

describe("a filter", () => {
  const payload = {
    type: "order",
    total: 12.5,
    paid: true,
    none: null,
    customer: { country: "DE", tags: ["vip", "new"] },
    items: [
      { sku: "a", n: 1 },
      { sku: "b", n: 5 },
    ],
    "a.b": 1,
  };
  test.each([
    [{}, true],
    [{ type: "order" }, true],
    [{ type: "order", paid: false }, false],
    [{ customer: { country: "DE" } }, true],
    [{ "customer.country": "DE" }, true],
    [{ "/customer/country": { $in: ["FR", "DE"] } }, true],
    [{ "/a.b": 1 }, true],
    [{ "customer.tags": "vip" }, true],
    [{ "customer.tags": ["vip", "new"] }, true],
    [{ "customer.tags": ["vip", "old"] }, false],
    [{ items: { sku: "b", n: { $gt: 3 } } }, true],
    [{ items: { sku: "a", n: { $gt: 3 } } }, false],
    [{ total: { $gte: 12.5, $lt: 13 } }, true],
    [{ total: { $gt: "12" } }, false],
    [{ missing: { $exist: false } }, true],
    [{ none: { $exist: true } }, true],
    [{ none: null }, true],
    [{ missing: null }, false],
    [{ type: { $neq: "order" } }, false],
    [{ missing: { $neq: "x" } }, true],
    [{ "customer.tags": { $nin: ["old"] } }, true],
    [{ type: { $startsWith: ["or", "in"] } }, true],
    [{ type: { $endsWith: "x" } }, false],
    [{ "customer.tags": { $contains: "new" } }, true],
    [{ $or: [{ type: "x" }, { total: 12.5 }] }, true],
    [{ $and: [{ type: "order" }, { total: 1 }] }, false],
    [{ $not: { type: "x" } }, true],
    [{ "__proto__.toString": { $exist: true } }, false],
    [{ "constructor.name": "Object" }, false],
  ])("%j answers %p", (filter, matches) => {
    const compiled = compilePayloadFilter(filter);
    expect(compiled.ok && compiled.value(payload)).toBe(matches);
  });

  test("matches nothing that could not be parsed", () => {
    const compiled = compilePayloadFilter({ $not: { a: 1 } });
    expect(compiled.ok && compiled.value(undefined)).toBe(false);
  });

  test("over a payload made to be slow ends soon, and does not match", () => {
    const deep = Array.from({ length: 1_000 }, () => Array.from({ length: 2_000 }, () => 1));
    const compiled = compilePayloadFilter({ a: { b: 1 }, c: [2] });
    const begun = performance.now();
    expect(compiled.ok && compiled.value({ a: deep, c: deep.flat() })).toBe(false);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  let deep: unknown = 1;
  for (let n = 0; n < 20; n++) deep = { a: deep };
  test.each([
    [[], []],
    ["x", []],
    [{ a: { $regex: "(a+)+" } }, ["a", "$regex"]],
    [{ a: { $gt: null } }, ["a", "$gt"]],
    [{ $or: [] }, ["$or"]],
    [{ a: { $exist: 1 } }, ["a", "$exist"]],
    [{ a: Number.NaN }, ["a"]],
    [{ "a..b": 1 }, ["a..b"]],
    [deep, Array.from({ length: 13 }, () => "a")],
  ])("%j is refused, with the place", (filter, path) => {
    expect(compilePayloadFilter(filter)).toMatchObject({ ok: false, error: { path } });
  });
});

test.each([
  ["order.*", "order.created", true],
  ["order.*", "order.", true],
  ["order.*", "orders.created", false],
  ["*", "", true],
  ["*.created", "a.b.created", true],
  ["a*b*c", "axxbyyc", true],
  ["a*b*c", "axxcyyb", false],
  ["ab*ba", "aba", false],
  ["a.c", "abc", false],
])("the glob %p on %p: %p", (pattern, text, matches) => {
  expect(globMatches(pattern, text)).toBe(matches);
});

test.each([
  ["host"],
  ["Content-Length"],
  ["webhook-signature"],
  ["Longstop-Attempt"],
  ["transfer-encoding"],
  ["bad name"],
  ["a:b"],
  [""],
])("the header %p is refused", (name) => {
  expect(headerFaults({ [name]: "x" })).toHaveLength(1);
});

test("a header's value is one line of plain text", () => {
  expect(headerFaults({ "x-a": "a\r\nhost: evil" })).toHaveLength(1);
  expect(headerFaults({ "x-a": "ü" })).toHaveLength(1);
  expect(headerFaults({ "x-a": "1", "X-A": "2" })).toHaveLength(1);
  expect(headerFaults({ "x-a": "plain, text" })).toEqual([]);
});

describe("signatures", () => {
  const body = Buffer.from('{"test": 2432232314}');
  const open = (text: string) => {
    const key = openSecret({ text, until: null });
    if (!key.ok) throw new Error(key.error);
    return key.value;
  };

  test("are those of the published example of Standard Webhooks' libraries", () => {
    const key = open("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const headers = signatureHeaders("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000, body, [
      key,
    ]);
    expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  test("of both kinds are what the standard library verifies", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const seed = Buffer.from(String(privateKey.export({ format: "jwk" }).d), "base64url");
    const pub = Buffer.from(String(publicKey.export({ format: "jwk" }).x), "base64url");
    const secret = Buffer.alloc(32, 7);
    const short = open(`whsk_${seed.toString("base64")}`);
    const long = open(`whsk_${Buffer.concat([seed, pub]).toString("base64")}`);
    const hmac = open(`whsec_${secret.toString("base64")}`);
    expect(short.publicKey).toBe(`whpk_${pub.toString("base64")}`);
    expect(long.publicKey).toBe(short.publicKey);
    const headers = signatureHeaders("evt_1", NOW, body, [hmac, short]);
    const signed = Buffer.concat([Buffer.from(`evt_1.${NOW / 1000}.`), body]);
    const [v1 = "", v1a = ""] = headers["webhook-signature"]?.split(" ") ?? [];
    expect(v1).toBe(`v1,${createHmac("sha256", secret).update(signed).digest("base64")}`);
    expect(verify(null, signed, publicKey, Buffer.from(v1a.slice(4), "base64"))).toBe(true);
  });

  test("end with the overlap of a replaced secret", () => {
    const [a, b] = [32, 33].map((n) => `whsec_${Buffer.alloc(n, n).toString("base64")}`);
    const secrets = rotated([{ text: a ?? "", until: null }], b ?? "", NOW, NOW + MIN);
    const keys = secrets.map((secret) => ({ ...open(secret.text), until: secret.until }));
    const count = (at: number) =>
      signatureHeaders("e", at, body, keys)["webhook-signature"]?.split(" ").length;
    expect([count(NOW), count(NOW + MIN - 1), count(NOW + MIN)]).toEqual([2, 2, 1]);
  });

  test.each([
    ["whsec_c2hvcnQ="],
    ["secret-without-prefix"],
    ["whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    ["whsec_%%%"],
    ["whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  ])("%p is no secret, and the fault does not repeat it", (text) => {
    const key = openSecret({ text, until: null });
    expect(key.ok).toBe(false);
    if (!key.ok) expect(key.error).not.toContain(text.slice(6));
  });
});

describe("the seal", () => {
  const old = "the first key of all";
  const fresh = "the second key of all";

  test("opens what it sealed, for its owner alone", () => {
    const seal = new Seal([old], random);
    const text = seal.seal("secret", "ep_1");
    expect(seal.open(text, "ep_1")).toEqual({ ok: true, value: "secret" });
    expect(seal.open(text, "ep_2").ok).toBe(false);
    expect(text).not.toContain(Buffer.from("secret").toString("base64url"));
  });

  test("opens with an older key while it is given, and names the remedy when it is not", () => {
    const text = new Seal([old], random).seal("secret", "ep_1");
    expect(new Seal([fresh, old], random).open(text, "ep_1").ok).toBe(true);
    const opened = new Seal([fresh], random).open(text, "ep_1");
    expect(!opened.ok && opened.error).toContain("LONGSTOP_SECRET_KEY");
  });

  test("opens nothing that was changed, and no rubbish", () => {
    const seal = new Seal([old], random);
    const text = seal.seal("secret", "ep_1");
    for (const at of [4, 20, text.length - 2]) {
      const changed = `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
      expect(seal.open(changed, "ep_1").ok).toBe(false);
    }
    for (const rubbish of ["", "v1", "v1..", "v2.a.b", "v1.AAAA.AAAA", "v1.a.b.c"])
      expect(seal.open(rubbish, "ep_1").ok).toBe(false);
  });

  test("is not made of weak keys", () => {
    expect(() => new Seal(["short"], random)).toThrow(WeakSecretKey);
    expect(() => new Seal([], random)).toThrow(WeakSecretKey);
  });
});

import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { Breaker, FAULTS_MAX } from "../../src/outbound/breaker.ts";
import { judge, type Policy } from "../../src/outbound/judge.ts";
import { retryAfterMs } from "../../src/outbound/retry-after.ts";
import { nextDelayMs, SENDING_RETRY_DEFAULT } from "../../src/outbound/schedule.ts";
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

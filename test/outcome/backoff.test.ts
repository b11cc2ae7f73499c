import { expect, test } from "bun:test";
import fc from "fast-check";
import { seededRandom } from "../../src/base/random.ts";
import type { RetrySettings } from "../../src/config/settings.ts";
import { RETRY_DELAY_MS_MAX, retryDelayMs } from "../../src/outcome/backoff.ts";

const policy: RetrySettings = {
  attempts: 5,
  baseMs: 1_000,
  factor: 2,
  maxMs: 16_000,
  jitter: "none",
  delaysMs: null,
};
const random = seededRandom(1);

test("the default waits 1, 2, 4, 8, 16 s and no longer", () => {
  const waits = [1, 2, 3, 4, 5, 6].map((n) => retryDelayMs(n, policy, random));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 16_000]);
});

test("a list gives its own waits, and its last for ever after", () => {
  const list = { ...policy, delaysMs: [5, 50] };
  expect([1, 2, 3, 9].map((n) => retryDelayMs(n, list, random))).toEqual([5, 50, 50, 50]);
});

test("full jitter draws from the whole of the wait", () => {
  const jittered = { ...policy, jitter: "full" as const };
  const waits = Array.from({ length: 2_000 }, () => retryDelayMs(3, jittered, random));
  expect(Math.min(...waits)).toBeLessThan(40);
  expect(Math.max(...waits)).toBeGreaterThan(3_960);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  expect(Math.abs(mean - 2_000)).toBeLessThan(150);
});

test("any policy gives a whole number of ms within bounds", () => {
  const wild = fc.record({
    attempts: fc.nat(),
    baseMs: fc.double(),
    factor: fc.double(),
    maxMs: fc.double(),
    jitter: fc.constantFrom("full" as const, "none" as const),
    delaysMs: fc.option(fc.array(fc.double())),
  });
  fc.assert(
    fc.property(wild, fc.integer({ min: 1, max: 5_000 }), (given, failures) => {
      const wait = retryDelayMs(failures, given, random);
      expect(Number.isInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(RETRY_DELAY_MS_MAX);
    }),
  );
});

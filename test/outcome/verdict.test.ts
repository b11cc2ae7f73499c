import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import type { RetrySettings } from "../../src/config/settings.ts";
import type { Outcome } from "../../src/outcome/outcome.ts";
import { ASKED_RETRIES_MAX, judge, type Tried, type Verdict } from "../../src/outcome/verdict.ts";

const policy: RetrySettings = {
  attempts: 3,
  baseMs: 1_000,
  factor: 2,
  maxMs: 60_000,
  jitter: "none",
  delaysMs: null,
};
const error = { code: "threw", message: "no" };
const emitted = [{ type: "t", id: null, data: "1" }];
const fresh: Tried = { counted: 0, attempts: 0 };
const nothing = { state: null, emitted: [] };

const table: [string, Outcome, Tried, Verdict][] = [
  [
    "completed settles with its state and what it emitted",
    { kind: "completed", state: "{}", emitted },
    fresh,
    { kind: "settle", outcome: "completed", reason: null, error: null, state: "{}", emitted },
  ],
  [
    "skipped settles with its reason, state and what it emitted",
    { kind: "skipped", reason: "old", state: "{}", emitted },
    fresh,
    { kind: "settle", outcome: "skipped", reason: "old", error: null, state: "{}", emitted },
  ],
  [
    "failed by the handler is a dead letter at once",
    { kind: "failed", reason: "bad", error },
    fresh,
    { kind: "settle", outcome: "failed", reason: "bad", error, ...nothing },
  ],
  [
    "an invalid payload is a dead letter at once",
    { kind: "invalid", error },
    fresh,
    {
      kind: "settle",
      outcome: "failed",
      reason: "The payload does not match its schema.",
      error,
      ...nothing,
    },
  ],
  [
    "the first failure is tried again after the base",
    { kind: "threw", error },
    fresh,
    { kind: "retry", delayMs: 1_000, error, asked: false },
  ],
  [
    "the second failure is tried again after twice the base",
    { kind: "threw", error },
    { counted: 1, attempts: 1 },
    { kind: "retry", delayMs: 2_000, error, asked: false },
  ],
  [
    "the last attempt's failure is a dead letter",
    { kind: "threw", error },
    { counted: 2, attempts: 2 },
    {
      kind: "settle",
      outcome: "failed",
      reason: "Gave up after 3 of 3 attempts.",
      error,
      ...nothing,
    },
  ],
  [
    "attempts that were asked for do not count against the policy",
    { kind: "threw", error },
    { counted: 0, attempts: 7 },
    { kind: "retry", delayMs: 1_000, error, asked: false },
  ],
  [
    "another try that is asked for comes when it is asked for",
    { kind: "retry", afterMs: 12_345, error },
    { counted: 2, attempts: 2 },
    { kind: "retry", delayMs: 12_345, error, asked: true },
  ],
  [
    "another try without a time follows the policy",
    { kind: "retry", afterMs: null, error },
    { counted: 0, attempts: 2 },
    { kind: "retry", delayMs: 4_000, error, asked: true },
  ],
  [
    "a time that is no time is now",
    { kind: "retry", afterMs: Number.NaN, error },
    fresh,
    { kind: "retry", delayMs: 0, error, asked: true },
  ],
  [
    "a time beyond all measure is thirty days",
    { kind: "retry", afterMs: Number.POSITIVE_INFINITY, error },
    fresh,
    { kind: "retry", delayMs: 30 * 86_400_000, error, asked: true },
  ],
  [
    "asking for ever ends as a dead letter",
    { kind: "retry", afterMs: 0, error },
    { counted: 0, attempts: ASKED_RETRIES_MAX },
    {
      kind: "settle",
      outcome: "failed",
      reason: "The handler asked for another try 1000 times.",
      error,
      ...nothing,
    },
  ],
];

describe("a verdict", () => {
  for (const [promise, outcome, tried, verdict] of table) {
    test(promise, () => {
      expect(judge(outcome, tried, policy, seededRandom(1))).toEqual(verdict);
    });
  }
});

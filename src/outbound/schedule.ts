import type { Random } from "../base/random.ts";
import type { RetrySettings } from "../config/settings.ts";
import { bounded, retryDelayMs } from "../outcome/backoff.ts";

/** A list's waits are spread by this part of themselves either way, so that what failed together comes apart. */
const SPREAD = 0.1;

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;

/**
 * At once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h: ten tries within three days and a
 * bit. Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, "Deliverability".
 */
export const SENDING_RETRY_DEFAULT: RetrySettings = {
  attempts: 10,
  baseMs: 5 * S,
  factor: 2,
  maxMs: 24 * H,
  jitter: "none",
  delaysMs: [5 * S, 5 * MIN, 30 * MIN, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H],
};

/**
 * How long to wait after the `attempt`-th try failed (from 1), in ms; `null`: that was the last one. A list's waits
 * vary by ±10 %; the exponential kind brings its own jitter.
 */
export function nextDelayMs(attempt: number, policy: RetrySettings, random: Random): number | null {
  if (attempt >= policy.attempts) return null;
  const delayMs = retryDelayMs(attempt, policy, random);
  if (policy.delaysMs === null) return delayMs;
  return bounded(delayMs * (1 - SPREAD + 2 * SPREAD * random.unit()));
}

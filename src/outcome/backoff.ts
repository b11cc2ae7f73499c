import type { Random } from "../base/random.ts";
import type { RetrySettings } from "../config/settings.ts";

/** Longest wait between two tries, asked for or computed: thirty days, as long as dedupe keys are kept. */
export const RETRY_DELAY_MS_MAX = 30 * 86_400_000;

/**
 * How long to wait after the `failures`-th failure (from 1), in whole ms within [0, `RETRY_DELAY_MS_MAX`].
 * A list gives its own waits, the last one for ever after. Otherwise `min(max, base * factor^(failures-1))`,
 * with full jitter drawn uniformly from [0, that]: the spread that keeps many failing at once from coming
 * back at once (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function retryDelayMs(failures: number, policy: RetrySettings, random: Random): number {
  if (policy.delaysMs !== null && policy.delaysMs.length > 0) {
    const place = Math.min(failures, policy.delaysMs.length) - 1;
    return bounded(policy.delaysMs[place] ?? 0);
  }
  const full = Math.min(policy.maxMs, policy.baseMs * policy.factor ** (failures - 1));
  return bounded(policy.jitter === "full" ? random.unit() * full : full);
}

/** `ms` as a whole number within [0, `RETRY_DELAY_MS_MAX`]; what is no number counts as 0. */
export function bounded(ms: number): number {
  if (Number.isNaN(ms)) return 0;
  return Math.round(Math.min(Math.max(ms, 0), RETRY_DELAY_MS_MAX));
}

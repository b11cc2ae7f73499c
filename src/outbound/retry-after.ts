import type { Millis } from "../base/clock.ts";
import type { Answer } from "../base/http/client.ts";

/** Nobody is believed who asks for a longer pause: a day. */
export const RETRY_AFTER_MS_MAX = 24 * 3_600_000;

/**
 * The pause that an answer asks for with `Retry-After`, in ms within [0, a day]: whole seconds or an HTTP date (RFC
 * 9110, section 10.2.3). `null`: it asks for none, or in a way that nobody understands.
 */
export function retryAfterMs(headers: Answer["headers"], now: Millis): number | null {
  const text = headers.find(([name]) => name === "retry-after")?.[1].trim();
  if (text === undefined || text === "") return null;
  if (/^\d+$/.test(text)) return bounded(Number(text) * 1000);
  // A date of that standard names its weekday first; `Date.parse` alone would take "-5" for a year.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : bounded(at - now);
}

const bounded = (ms: number): number => Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX);

import type { Millis } from "../../base/clock.ts";

/** Longest wait that a provider may ask for; what is longer is a mistake of its, or will be asked again. */
export const RETRY_AFTER_MS_MAX = 3_600_000;

/**
 * `Retry-After` in ms from `now`: seconds or an HTTP date (RFC 9110, 10.2.3), within [0, one hour]. `null`
 * when absent or unreadable.
 */
export function retryAfterMs(header: string | null, now: Millis): number | null {
  const text = header?.trim() ?? "";
  if (text === "") return null;
  const ms = /^\d{1,12}(\.\d{1,3})?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX);
}

import type { Millis } from "../base/clock.ts";
import { parseDuration } from "../base/duration.ts";

const UNITS: readonly (readonly [string, number])[] = [
  ["y", 31_557_600_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/** `3m ago`, `in 5s`, `now`; the largest unit only, rounded down. */
export function relative(at: Millis, now: Millis): string {
  const distance = Math.abs(now - at);
  const unit = UNITS.find(([, size]) => distance >= size);
  if (unit === undefined) return "now";
  const text = `${Math.floor(distance / unit[1])}${unit[0]}`;
  return at <= now ? `${text} ago` : `in ${text}`;
}

/**
 * A moment as people give it: a duration before `now` (`15m`), an ISO 8601 date or time, or Unix
 * seconds or milliseconds. Answers ISO 8601 in UTC; `undefined` for anything else.
 */
export function moment(text: string, now: Millis): string | undefined {
  const ago = parseDuration(text);
  if (ago !== undefined) return iso(now - ago);
  if (/^\d{9,10}$/.test(text)) return iso(Number(text) * 1000);
  if (/^\d{12,13}$/.test(text)) return iso(Number(text));
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  return iso(Date.parse(text));
}

/** ISO 8601, or `undefined` where there is no such moment. */
export function iso(at: Millis): string | undefined {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : undefined;
}

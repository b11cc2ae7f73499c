import { systemClock } from "../../base/clock.ts";

/** Lengths of time that one looks back. */
const BACK_MS: Readonly<Record<string, number>> = {
  "15m": 15 * 60_000,
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 7 * 86_400_000,
};

export const SINCE = [
  ["", "Any time"],
  ["15m", "Last 15 minutes"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
] as const;

/**
 * A time as the API takes it: of a length the moment that long ago, to the minute, so that a page does
 * not ask another question every second; anything else as it stands in the address.
 */
export function since(text: string): string {
  const back = BACK_MS[text];
  if (back === undefined) return text;
  return String(Math.floor((systemClock.now() - back) / 60_000) * 60_000);
}

import type { HistoryView, StatsView } from "./api/types.ts";

export type Counter = "received" | "completed" | "failed" | "skipped" | "duplicates" | "pending";

export interface Rates {
  /** Seconds since 1970, oldest first. */
  readonly at: readonly number[];
  /** A second, over the interval that ends at each time. */
  readonly received: readonly number[];
  readonly completed: readonly number[];
  readonly failed: readonly number[];
  /** As counted at each time. */
  readonly pending: readonly number[];
}

/** Sums over time as rates. A replay takes a settled event back: no rate is below nought. */
export function ratesOf({ data }: HistoryView): Rates {
  const rates = {
    at: [] as number[],
    received: [] as number[],
    completed: [] as number[],
    failed: [] as number[],
    pending: [] as number[],
  };
  for (const [place, now] of data.entries()) {
    const before = data[place - 1];
    if (before === undefined) continue;
    const seconds = (Date.parse(now.at ?? "") - Date.parse(before.at ?? "")) / 1_000;
    if (!(seconds > 0)) continue;
    const rate = (name: Counter): number => Math.max(0, now[name] - before[name]) / seconds;
    rates.at.push(Date.parse(now.at ?? "") / 1_000);
    rates.received.push(rate("received"));
    rates.completed.push(rate("completed"));
    rates.failed.push(rate("failed"));
    rates.pending.push(now.pending);
  }
  return rates;
}

/** Over a shorter time a rate says nothing, ms. */
const FRESH_MS = 5_000;

/** The newest figures at the end of the samples, so that a chart does not lag behind the tiles. */
export function withNow(history: HistoryView, stats: StatsView, at: number): HistoryView {
  const last = Date.parse(history.data.at(-1)?.at ?? "");
  if (Number.isNaN(last) || at - last < FRESH_MS) return history;
  return { ...history, data: [...history.data, { ...stats, at: new Date(at).toISOString() }] };
}

import type { Millis } from "../base/clock.ts";

/** Where a source's next sweep begins. */
export interface Cursor {
  /** Up to when the last whole sweep has asked. */
  readonly to: Millis;
  /** What its preset keeps besides: an iterator, the last id. */
  readonly kept: string | null;
}

/** As the journal keeps it: it stays the same text for ever, or is read as none. */
export const writeCursor = ({ to, kept }: Cursor): string => JSON.stringify({ to, kept });

/** What fits beside it in a cursor, bytes; of a longer one the sweep goes by the time alone. */
export const KEPT_BYTES_MAX = 3_072;

/** `null` for none, and for a text of another version. */
export function readCursor(text: string | null): Cursor | null {
  if (text === null) return null;
  try {
    const { to, kept } = JSON.parse(text) as { to?: unknown; kept?: unknown };
    if (typeof to !== "number" || !Number.isFinite(to)) return null;
    return { to, kept: typeof kept === "string" ? kept : null };
  } catch {
    return null;
  }
}

export interface Window {
  /** Since when the last sweep, or life, has seen everything. */
  readonly from: Millis;
  /** From when on the provider is asked. */
  readonly since: Millis;
  /** What the preset kept, while it leads no further back than `since` may. */
  readonly kept: string | null;
}

export interface WindowGiven {
  readonly now: Millis;
  readonly cursor: Cursor | null;
  /** The process's last sign of life before this start; `null`: this is its first. */
  readonly lastAliveAt: Millis | null;
  /** An operator's wish. */
  readonly since: Millis | null;
  readonly overlapMs: number;
  /** How far back the provider lists; `null`: no end is known. */
  readonly windowMs: number | null;
  /** How long keys are known: what is older would count a second time. */
  readonly dedupeMs: number;
}

/**
 * Which time a sweep has to cover: from the end of the last whole one; where there was none, from the last
 * sign of life; in the first life of all, from now on. What was before Longstop is not what it has missed: an
 * operator may ask for it. The overlap comes on top, and nothing goes beyond the provider's window or
 * what keys are known for: neither a time, nor an iterator from before it, which would list what no key is
 * left of as if it were new.
 */
export function windowOf(given: WindowGiven): Window {
  const { now, cursor, lastAliveAt, since, overlapMs, windowMs, dedupeMs } = given;
  const floor = now - Math.min(windowMs ?? Number.POSITIVE_INFINITY, dedupeMs * DEDUPE_SHARE);
  const wanted = since ?? cursor?.to ?? lastAliveAt ?? now;
  // A clock that went back makes a cursor of the future: as if it were of now.
  const from = Math.max(Math.min(wanted, now), floor);
  const start = since === null ? from - overlapMs : from;
  const kept = cursor !== null && cursor.to >= floor ? cursor.kept : null;
  return { from, since: Math.max(start, floor), kept };
}

/** Keys are dropped in slices: near the end some are gone already. */
const DEDUPE_SHARE = 0.9;

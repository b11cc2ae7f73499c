import type { Millis } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Cursor } from "./cursor.ts";
import type { Past } from "./subject.ts";

/** Shorter than this, and what was missed comes with the providers' next tries. */
const DOWN_MS_MIN = 30_000;
const RETRY_MS_FIRST = 5_000;
const RETRY_MS_MAX = 10 * 60_000;
/** Of `every`, either way: sources that were started together drift apart. */
const JITTER = 0.1;

export interface RhythmGiven {
  readonly now: Millis;
  readonly everyMs: number | null;
  readonly cursor: Cursor | null;
}

/** How long after `now` the next sweep is due; `null`: only on demand. */
export function nextSweepMs(
  { everyMs }: Pick<RhythmGiven, "everyMs">,
  random: Random,
): number | null {
  if (everyMs === null) return null;
  return everyMs * (1 - JITTER + 2 * JITTER * random.unit());
}

/**
 * The same at the start. At once: a source of states (hints that were not followed are forgotten), a first
 * sweep, after a death or a time of being down, and when one is overdue.
 */
export function firstSweepMs(
  given: RhythmGiven & { readonly kind: "list" | "state"; readonly past: Past },
  random: Random,
): number | null {
  const { now, cursor, kind, past } = given;
  const downMs = past.lastAliveAt === null ? null : now - past.lastAliveAt;
  const missed = downMs === null || downMs > DOWN_MS_MIN || !past.clean;
  if (kind === "state" || cursor === null || missed) return 0;
  const everyMs = nextSweepMs(given, random);
  return everyMs === null ? null : Math.min(Math.max(cursor.to + everyMs - now, 0), everyMs);
}

/** After the `failures`-th failed sweep in a row; never later than the next by schedule. */
export function retrySweepMs(
  failures: number,
  { everyMs }: Pick<RhythmGiven, "everyMs">,
  random: Random,
): number {
  const full = Math.min(RETRY_MS_FIRST * 2 ** (failures - 1), RETRY_MS_MAX);
  const jittered = full * (0.5 + random.unit() / 2);
  return everyMs === null ? jittered : Math.min(jittered, everyMs);
}

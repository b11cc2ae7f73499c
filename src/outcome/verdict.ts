import type { Random } from "../base/random.ts";
import { unreachable } from "../base/result.ts";
import type { RetrySettings } from "../config/settings.ts";
import type { Emitted, ErrorFact } from "../journal/facts.ts";
import { bounded, retryDelayMs } from "./backoff.ts";
import type { Outcome } from "./outcome.ts";

/** What was tried before this attempt, at the same position. */
export interface Tried {
  /** Attempts that count against the policy. */
  readonly counted: number;
  /** All attempts, those that asked for another one included. */
  readonly attempts: number;
}

export type Verdict =
  | {
      readonly kind: "settle";
      readonly outcome: "completed" | "skipped" | "failed";
      readonly reason: string | null;
      readonly error: ErrorFact | null;
      readonly state: string | null;
      readonly emitted: readonly Emitted[];
    }
  | {
      readonly kind: "retry";
      readonly delayMs: number;
      readonly error: ErrorFact;
      readonly asked: boolean;
    };

/**
 * `ctx.retry()` does not count against the policy, but a handler that only ever asks is a loop: after
 * this many times the event is a dead letter.
 */
export const ASKED_RETRIES_MAX = 1_000;

/** What follows from `outcome`. Pure but for the jitter drawn from `random`; the caller alone acts on it. */
export function judge(
  outcome: Outcome,
  tried: Tried,
  policy: RetrySettings,
  random: Random,
): Verdict {
  switch (outcome.kind) {
    case "completed":
      return settle("completed", null, null, outcome);
    case "skipped":
      return settle("skipped", outcome.reason, null, outcome);
    case "failed":
      return settle("failed", outcome.reason, outcome.error, NOTHING);
    case "invalid":
      return settle("failed", "The payload does not match its schema.", outcome.error, NOTHING);
    case "threw":
      return judgeThrown(outcome.error, tried, policy, random);
    case "retry":
      return judgeAsked(outcome.error, outcome.afterMs, tried, policy, random);
    default:
      return unreachable(outcome);
  }
}

function judgeThrown(
  error: ErrorFact,
  tried: Tried,
  policy: RetrySettings,
  random: Random,
): Verdict {
  const failures = tried.counted + 1;
  if (failures >= policy.attempts) {
    return settle(
      "failed",
      `Gave up after ${failures} of ${policy.attempts} attempts.`,
      error,
      NOTHING,
    );
  }
  return { kind: "retry", delayMs: retryDelayMs(failures, policy, random), error, asked: false };
}

function judgeAsked(
  error: ErrorFact,
  afterMs: number | null,
  tried: Tried,
  policy: RetrySettings,
  random: Random,
): Verdict {
  const asked = tried.attempts - tried.counted + 1;
  if (asked > ASKED_RETRIES_MAX) {
    return settle(
      "failed",
      `The handler asked for another try ${ASKED_RETRIES_MAX} times.`,
      error,
      NOTHING,
    );
  }
  const delayMs =
    afterMs === null ? retryDelayMs(tried.attempts + 1, policy, random) : bounded(afterMs);
  return { kind: "retry", delayMs, error, asked: true };
}

const NOTHING = { state: null, emitted: [] } as const;

function settle(
  outcome: "completed" | "skipped" | "failed",
  reason: string | null,
  error: ErrorFact | null,
  effects: { readonly state: string | null; readonly emitted: readonly Emitted[] },
): Verdict {
  return { kind: "settle", outcome, reason, error, state: effects.state, emitted: effects.emitted };
}

import type { Clock, Millis } from "../base/clock.ts";
import type { SourceSettings } from "../config/settings.ts";
import type { Fact } from "../journal/facts.ts";
import type { LoadedEvent } from "../journal/journal.ts";
import type { Verdict } from "../outcome/verdict.ts";
import type { Job } from "./handlers.ts";
import type { Item } from "./item.ts";

/** One item being worked on, with what its settling will need. */
export interface Run {
  readonly item: Item;
  readonly event: LoadedEvent;
  /** As they were when it began: a reload changes the next run, not this one. */
  readonly settings: SourceSettings;
  readonly stale: boolean;
  /** 0 before a handler ran at all. */
  readonly attempt: number;
  /** Wall time at which the handler started; `null` when none runs. */
  readonly startedAt: Millis | null;
  /** The same by the monotonic clock. */
  readonly begunMs: number;
}

export type Settle = Extract<Verdict, { kind: "settle" }>;
type Retry = Extract<Verdict, { kind: "retry" }>;
export type Settled = Extract<Fact, { kind: "settled" }>;
export type Attempted = Extract<Fact, { kind: "attempted" }>;

/**
 * What needs no handler: its body is gone, it is stale and the source skips those, or the source handles
 * nothing. `null`: the handler has to run.
 */
export function settledUnhandled(run: Run): Settle | null {
  const { event, settings, stale } = run;
  if (event.body === null) return BODY_GONE;
  if (stale && settings.onStale === "skip") return STALE;
  return settings.handler || settings.schemas.length > 0 ? null : DONE;
}

export function begin(run: Run, clock: Clock): Run {
  const attempt = run.item.attempts + 1;
  return { ...run, attempt, startedAt: clock.now(), begunMs: clock.monotonic() };
}

export function jobOf(run: Run, state: string | null): Job {
  const { event, item, attempt, stale } = run;
  return {
    event,
    position: item.position,
    attempt,
    state,
    stale,
    timeoutMs: run.settings.timeoutMs,
  };
}

/** `keepsState`: an event that stands alone has no state to keep. */
export function settledFact(run: Run, verdict: Settle, keepsState: boolean, clock: Clock): Settled {
  return {
    kind: "settled",
    at: clock.now(),
    event: run.item.event,
    position: run.item.position,
    outcome: verdict.outcome,
    reason: verdict.reason,
    error: verdict.error,
    state: keepsState ? verdict.state : null,
    emitted: verdict.emitted,
    attempt: run.attempt,
    startedAt: run.startedAt,
    durationMs: duration(run, clock),
    stale: run.stale,
  };
}

export function attemptedFact(run: Run, verdict: Retry, clock: Clock): Attempted {
  const at = clock.now();
  return {
    kind: "attempted",
    at,
    event: run.item.event,
    position: run.item.position,
    attempt: run.attempt,
    error: verdict.error,
    startedAt: run.startedAt ?? at,
    durationMs: duration(run, clock),
    nextAt: at + verdict.delayMs,
    holds: run.settings.order === "strict",
    asked: verdict.asked,
  };
}

function duration(run: Run, clock: Clock): number {
  return run.startedAt === null ? 0 : Math.round(clock.monotonic() - run.begunMs);
}

const NOTHING = { kind: "settle", error: null, state: null, emitted: [] } as const;

const DONE: Settle = { ...NOTHING, outcome: "completed", reason: null };

const STALE: Settle = {
  ...NOTHING,
  outcome: "skipped",
  reason: "It is older than the newest event that was applied to its connection.",
};

const BODY_GONE: Settle = {
  ...NOTHING,
  outcome: "failed",
  reason: "Its body was removed by retention before it was processed.",
  error: { code: "body_gone", message: "The event's body is no longer kept." },
};

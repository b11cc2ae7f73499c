/** At most `intensity` restarts within `periodMs`; one more is too many. */
export interface Intensity {
  readonly intensity: number;
  readonly periodMs: number;
}

/**
 * Whether one more restart at `now` would be more than the budget allows, given when the earlier ones
 * were. A restart exactly `periodMs` ago still counts. Semantics of OTP's `intensity` and `period`
 * (https://www.erlang.org/doc/system/sup_princ.html#maximum-restart-intensity).
 */
export function exhausted(restarts: readonly number[], now: number, budget: Intensity): boolean {
  return within(restarts, now, budget).length >= budget.intensity;
}

/** The restarts that still count at `now`; those "in the future" count too, since a clock may jump back. */
export function within(restarts: readonly number[], now: number, budget: Intensity): number[] {
  return restarts.filter((at) => at >= now - budget.periodMs);
}

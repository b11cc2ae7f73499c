import type { Clock } from "../base/clock.ts";

/** Far more than any rotation of keys needs; few enough to trouble no provider. */
const LOOKUPS_PER_MINUTE = 30;
const WINDOW_MS = 60_000;

interface Window {
  readonly since: number;
  count: number;
}

/** Bounds what requests with made-up identifiers can make us ask of a provider. One window per scope; scopes are few. */
export class LookupBudget {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Whether one more look-up of this scope may be made now; it counts as made. */
  take(scope: string): boolean {
    const now = this.#clock.monotonic();
    const window = this.#windows.get(scope);
    if (window === undefined || now - window.since >= WINDOW_MS) {
      this.#windows.set(scope, { since: now, count: 1 });
      return true;
    }
    if (window.count >= LOOKUPS_PER_MINUTE) return false;
    window.count++;
    return true;
  }
}

import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { ReadRefused } from "./journal.ts";

interface Waiter {
  readonly place: number;
  /** Takes what there is when the projection cannot go on. */
  readonly old: boolean;
  readonly resolve: () => void;
  readonly cancel: () => void;
}

/** How far the projection has come, and who waits for it: everyone reads their own writes. */
export class Projected {
  readonly #clock: Clock;
  readonly #hurry: (place: number) => void;
  #applied: number;
  #waiters: Waiter[] = [];
  #stalled = false;

  /** `hurry` tells the projection that somebody waits for this place. */
  constructor(clock: Clock, applied: number, hurry: (place: number) => void) {
    this.#clock = clock;
    this.#applied = applied;
    this.#hurry = hurry;
  }

  get applied(): number {
    return this.#applied;
  }

  /** The disk has no room for the projection: it goes on when there is some. */
  stall(): void {
    this.#stalled = true;
    const shown = this.#waiters.filter((waiter) => waiter.old);
    this.#waiters = this.#waiters.filter((waiter) => !waiter.old);
    for (const waiter of shown) {
      waiter.cancel();
      waiter.resolve();
    }
  }

  reached(applied: number): void {
    this.#stalled = false;
    if (applied <= this.#applied) return;
    this.#applied = applied;
    if (this.#waiters.length === 0) return;
    const ready = this.#waiters.filter((waiter) => waiter.place <= applied);
    this.#waiters = this.#waiters.filter((waiter) => waiter.place > applied);
    for (const waiter of ready) {
      waiter.cancel();
      waiter.resolve();
    }
  }

  /**
   * Likewise, but while the disk is full it resolves at once: to an operator who must see why, what was
   * true when it filled up is worth more than a refusal.
   */
  untilOrStalled(place: number): Promise<void> {
    return this.#stalled ? Promise.resolve() : this.until(place, true);
  }

  /** Resolves once the projection has this place; rejects with `ReadRefused` "behind" after the bound. */
  until(place: number, old = false): Promise<void> {
    if (place <= this.#applied) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(LIMITS.READ_WAIT_MS_MAX, () => {
        this.#waiters = this.#waiters.filter((waiter) => waiter.resolve !== resolve);
        const lag = place - this.#applied;
        reject(
          new ReadRefused(
            "behind",
            `The projection is ${lag} entries behind the journal; try again shortly.`,
          ),
        );
      });
      this.#waiters.push({ place, old, resolve, cancel });
      this.#hurry(place);
    });
  }
}

import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { ReadRefused } from "./journal.ts";

interface Waiter {
  readonly place: number;
  readonly resolve: () => void;
  readonly cancel: () => void;
}

/** How far the projection has come, and who waits for it: everyone reads their own writes. */
export class Projected {
  readonly #clock: Clock;
  readonly #hurry: (place: number) => void;
  #applied: number;
  #waiters: Waiter[] = [];

  /** `hurry` tells the projection that somebody waits for this place. */
  constructor(clock: Clock, applied: number, hurry: (place: number) => void) {
    this.#clock = clock;
    this.#applied = applied;
    this.#hurry = hurry;
  }

  get applied(): number {
    return this.#applied;
  }

  reached(applied: number): void {
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

  /** Resolves once the projection has this place; rejects with `ReadRefused` "behind" after the bound. */
  until(place: number): Promise<void> {
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
      this.#waiters.push({ place, resolve, cancel });
      this.#hurry(place);
    });
  }
}

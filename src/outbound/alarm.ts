import type { Clock } from "../base/clock.ts";

/** One timer for many reasons: rings at the earliest of the times that were asked for since it last rang. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #stopped = false;
  #cancel: () => void = () => {};

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings in `delayMs`, or earlier. */
  within(delayMs: number): void {
    const at = this.#clock.monotonic() + delayMs;
    if (this.#stopped || at >= this.#at) return;
    this.#cancel();
    this.#at = at;
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#at = Number.POSITIVE_INFINITY;
      this.#ring();
    });
  }

  /** For good. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }
}

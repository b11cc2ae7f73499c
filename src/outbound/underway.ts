import { type Clock, sleep } from "../base/clock.ts";

/** Counts work that is under way, and tells when there is none. */
export class Underway {
  readonly #clock: Clock;
  #count = 0;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  /** Counts it until it is over. What it rejects with is a fault of ours, told to `fell`. */
  track(work: Promise<void>, fell: (reason: unknown) => void, back: () => void): void {
    this.#count++;
    const over = (): void => {
      this.#count--;
      if (this.#count === 0) for (const go of this.#waiting.splice(0)) go();
      back();
    };
    work.then(over, (reason: unknown) => {
      fell(reason);
      over();
    });
  }

  /** Resolves once nothing is under way, or after `ms`. */
  async over(ms: number): Promise<void> {
    if (this.#count === 0) return;
    const over = new AbortController();
    this.#waiting.push(() => over.abort());
    await sleep(this.#clock, ms, over.signal);
  }
}

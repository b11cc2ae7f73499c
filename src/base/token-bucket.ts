/** Requests a second, and how many at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token filled in fractions adds up to a trifle less than one. */
const WHOLE = 1 - 1e-9;

/** A bucket that fills at `perSecond` up to `burst`; each request takes one. Times in ms of the monotonic clock. */
export class TokenBucket {
  readonly rate: Rate;
  #tokens: number;
  #filledAt: number;

  constructor(rate: Rate, now: number) {
    this.rate = rate;
    this.#tokens = Math.max(1, rate.burst);
    this.#filledAt = now;
  }

  /** Takes a token and answers 0, or takes none and answers after how many ms there will be one. */
  take(now: number): number {
    const { perSecond, burst } = this.rate;
    const filled = this.#tokens + ((now - this.#filledAt) / 1000) * perSecond;
    this.#tokens = Math.min(Math.max(1, burst), filled);
    this.#filledAt = now;
    if (this.#tokens >= WHOLE) {
      this.#tokens = Math.max(0, this.#tokens - 1);
      return 0;
    }
    return perSecond > 0 ? ((1 - this.#tokens) / perSecond) * 1000 : Number.POSITIVE_INFINITY;
  }
}

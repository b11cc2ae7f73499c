/** What a token pays for: a request that is this long, or each such part of a longer one. */
const TOKEN_BYTES = 64 * 2 ** 10;

/**
 * How much of what is refused may be written down: `perSecond` small requests, or as many parts of large
 * ones. A large one is taken on credit, and nothing more until it is paid for. Times in ms of the
 * monotonic clock.
 */
export class Allowance {
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAt = now;
  }

  /** Whether a request of this many bytes may be written. */
  take(bytes: number, now: number): boolean {
    const earned = ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + earned);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= Math.max(1, bytes / TOKEN_BYTES);
    return true;
  }
}

const WIDTH = Math.log(1.01);
/** 1.01^2000 µs is about seven minutes: longer than any answer is waited for. */
const BUCKETS = 2_000;

/**
 * How long many things took, in buckets of 1 %: exact enough to compare, and of constant size however
 * many there are. From 1 µs to seven minutes; what is outside is counted at the nearest end.
 */
export class Latencies {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** A duration, ms. */
  add(ms: number): void {
    const bucket = Math.floor(Math.log(ms * 1_000) / WIDTH);
    const place = Math.min(Math.max(bucket, 0), BUCKETS - 1);
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#count += 1;
  }

  /** The time, ms, within which `share` (0 to 1) of them were done, up to 1 % too high; 0 when there are none. */
  percentile(share: number): number {
    let left = Math.ceil(share * this.#count);
    if (left === 0) return 0;
    const place = this.#counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return Math.exp((place + 1) * WIDTH) / 1_000;
  }
}

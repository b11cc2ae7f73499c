import type { Random } from "../../base/random.ts";

/** Failures in a row after which a provider is left alone: two whole calls with all their tries. */
export const FAILURES_MAX = 10;
const REST_MS_FIRST = 30_000;
const REST_MS_MAX = 5 * 60_000;

/**
 * Leaves a provider alone that only fails, so that it can recover and nobody waits in vain.
 *
 * - `closed`: everything passes. → `open` after `FAILURES_MAX` failures in a row.
 * - `open`: nothing passes until the rest is over (30 s, doubled each time up to 5 min, less up to a
 *   quarter by chance). → `trying` with the first to ask after that.
 * - `trying`: one is under way, all others are turned away. → `closed` when it succeeds, `open` when it
 *   fails, and `open` with the rest over when it ends without saying (its sweep was stopped).
 */
export class Breaker {
  readonly #random: Random;
  #failures = 0;
  #rests = 0;
  /** Of the monotonic clock; `null`: closed. */
  #until: number | null = null;
  #trying = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Whether the next may pass at `now`, and for how many ms it may not. A pass has to be answered by one of the three below. */
  enter(now: number): { readonly passes: true } | { readonly passes: false; readonly ms: number } {
    if (this.#until === null) return { passes: true };
    if (now < this.#until) return { passes: false, ms: this.#until - now };
    if (this.#trying) return { passes: false, ms: 1_000 };
    this.#trying = true;
    return { passes: true };
  }

  succeeded(): void {
    this.#failures = 0;
    this.#rests = 0;
    this.#until = null;
    this.#trying = false;
  }

  failed(now: number): void {
    this.#failures++;
    const probe = this.#trying;
    this.#trying = false;
    if (!probe && (this.#until !== null || this.#failures < FAILURES_MAX)) return;
    const full = Math.min(REST_MS_FIRST * 2 ** this.#rests++, REST_MS_MAX);
    this.#until = now + full * (1 - this.#random.unit() / 4);
  }

  /** It ended, and nothing is known of the provider by it. */
  undecided(): void {
    this.#trying = false;
  }

  /** How long it is open still, ms; `null`: it is not. */
  restMs(now: number): number | null {
    return this.#until === null || now >= this.#until ? null : this.#until - now;
  }
}

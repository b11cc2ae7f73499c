import type { Random } from "../base/random.ts";
import type { Health } from "./judge.ts";

/** Ill tries in a row until it opens. */
export const FAULTS_MAX = 5;
const REST_MS_FIRST = 5_000;
const REST_MS_MAX = 5 * 60_000;

/**
 * Spares an endpoint that is down, and what it is owed: while it rests nothing is tried, and so no delivery spends
 * an attempt.
 *
 * - closed: everything may be tried. `FAULTS_MAX` ill tries in a row → open.
 * - open: nothing may, for 5 s, then twice as long each time up to 5 min, of which the last half is chance, so that
 *   many endpoints of one host do not come back at once. The time is over → half open.
 * - half open: one may be tried. It is ill → open. Anything else, also an answer that refuses it → closed.
 *
 * Tries that were under way when it opened say nothing new. Times in ms of the monotonic clock.
 */
export class Breaker {
  readonly #random: Random;
  #faults = 0;
  /** Times it opened since it was last closed. */
  #openings = 0;
  #until = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  state(now: number): "closed" | "open" | "half_open" {
    if (this.#openings === 0) return "closed";
    return now < this.#until ? "open" : "half_open";
  }

  /** When it stops resting; only while it is open. */
  get until(): number {
    return this.#until;
  }

  /** How many more may be tried now, while `inFlight` are under way. */
  room(now: number, inFlight: number): number {
    const state = this.state(now);
    if (state === "closed") return Number.POSITIVE_INFINITY;
    return state === "half_open" && inFlight === 0 ? 1 : 0;
  }

  note(health: Health, now: number): void {
    if (health !== "ill") return this.close();
    this.#faults++;
    const state = this.state(now);
    if (state === "open") return;
    if (state === "closed" && this.#faults < FAULTS_MAX) return;
    const full = Math.min(REST_MS_FIRST * 2 ** this.#openings, REST_MS_MAX);
    this.#openings++;
    this.#until = now + full * (0.5 + 0.5 * this.#random.unit());
  }

  /** An operator says that it works again, or a try did. */
  close(): void {
    this.#faults = 0;
    this.#openings = 0;
  }
}

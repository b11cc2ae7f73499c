import type { Random } from "../../base/random.ts";

/** `limit` is 429, which the documents do not list and any service in front of them may answer. */
export type FaultKind = "error" | "limit" | "silence" | "away";

/** Draws what befalls a call. */
export class Faults {
  readonly #share: number;
  readonly #random: Random;
  /** Off: nothing befalls a call, not even an outage. */
  on = true;
  /** The provider is away altogether. */
  away = false;

  constructor(share: number, random: Random) {
    this.#share = share;
    this.#random = random;
  }

  next(): FaultKind | null {
    if (!this.on) return null;
    if (this.away) return "away";
    if (this.#random.unit() >= this.#share) return null;
    // Silence costs the caller its patience: it is the seldomest.
    const draw = this.#random.unit();
    return draw < 0.6 ? "error" : draw < 0.95 ? "limit" : "silence";
  }
}

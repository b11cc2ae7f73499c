import type { Random } from "../../base/random.ts";

/** `limit` is 429, which the documents do not list and any service in front of them may answer. */
export type FaultKind = "error" | "limit" | "silence" | "away";

/** Draws what befalls a call. */
export class Faults {
  readonly #share: number;
  readonly #random: Random;
  #over = new AbortController();
  /** The provider is away altogether. */
  away = false;

  constructor(share: number, random: Random) {
    this.#share = share;
    this.#random = random;
  }

  /** Off: nothing befalls a call, not even an outage. */
  get on(): boolean {
    return !this.#over.signal.aborted;
  }

  set on(on: boolean) {
    if (on === this.on) return;
    if (on) this.#over = new AbortController();
    else this.#over.abort();
  }

  /** Until when a call that gets no answer is held, at most. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  next(): FaultKind | null {
    if (!this.on) return null;
    if (this.away) return "away";
    if (this.#random.unit() >= this.#share) return null;
    // A limit costs the caller a second for all its calls, and silence its patience: they are seldom.
    const draw = this.#random.unit();
    return draw < 0.8 ? "error" : draw < 0.95 ? "limit" : "silence";
  }
}

import type { LoadedEvent } from "../journal/journal.ts";

/** What an event holds beside its body: headers, names, objects. */
const OVERHEAD_BYTES = 2_048;

/** Events as they came, kept in memory until they are worked on, so long as all of them are within the budget. */
export class BodyBudget {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get full(): boolean {
    return this.#bytes >= this.#bytesMax;
  }

  /** Whether it may be kept; what is kept must be released once. */
  admit(event: LoadedEvent): boolean {
    const bytes = cost(event);
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Counted even beyond the budget: it is in memory already. */
  force(event: LoadedEvent): void {
    this.#bytes += cost(event);
  }

  release(event: LoadedEvent): void {
    this.#bytes -= cost(event);
  }
}

export const cost = (event: LoadedEvent): number => (event.body?.byteLength ?? 0) + OVERHEAD_BYTES;

import { type Clock, sleep } from "../../base/clock.ts";
import { type Seq, seq } from "../../base/ids.ts";
import { ReadRefused, type Reads } from "../../journal/journal.ts";

/** How often the journal is asked whether there is something new, for all streams together. */
const LOOK_MS = 200;

/** Where the journal ends, watched once for as many streams as there are: a hundred idle ones cost what one costs. */
export class Watch {
  readonly #clock: Clock;
  readonly #reads: Pick<Reads, "changes">;
  #look: Promise<Seq | null> | null = null;

  constructor(clock: Clock, reads: Pick<Reads, "changes">) {
    this.#clock = clock;
    this.#reads = reads;
  }

  /** Where the journal ends now. Rejects with `ReadRefused`. */
  async end(): Promise<Seq> {
    return (await this.#reads.changes(seq(0), 0)).upTo;
  }

  /** Resolves with `true` once there is something behind `after`; with `false` after `waitMs`, or when aborted. */
  async news(after: Seq, waitMs: number, signal: AbortSignal): Promise<boolean> {
    const until = this.#clock.monotonic() + waitMs;
    while (!signal.aborted && this.#clock.monotonic() < until) {
      this.#look ??= this.#lookSoon();
      const end = await this.#look;
      if (end !== null && end > after) return true;
    }
    return false;
  }

  async #lookSoon(): Promise<Seq | null> {
    await sleep(this.#clock, LOOK_MS);
    this.#look = null;
    try {
      return await this.end();
    } catch (error) {
      // Busy, or behind: it is asked again in a moment.
      if (error instanceof ReadRefused) return null;
      throw error;
    }
  }
}

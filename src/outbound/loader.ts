import type { Seq } from "../base/ids.ts";
import type { OutgoingEvent, OwedReads } from "../journal/sending.ts";

/** Bodies read in one go, about. */
const READ_BYTES = 8 * 2 ** 20;
const EVENTS_MAX = 64;

/**
 * Reads events to be sent. How large they are is only known once they are read: the next reading takes fewer when the
 * last ones were large, so that a run of bodies of 32 MiB comes one by one.
 */
export class Loader {
  readonly #owed: Pick<OwedReads, "outgoing">;
  #bytesEach = 0;

  constructor(owed: Pick<OwedReads, "outgoing">) {
    this.#owed = owed;
  }

  /** How many events one reading may ask for now; at least one. */
  get atOnce(): number {
    return Math.min(EVENTS_MAX, Math.max(1, Math.floor(READ_BYTES / Math.max(1, this.#bytesEach))));
  }

  /** One per seq, in order; `null` for one that is gone. Rejects with `ReadRefused`. */
  async load(events: readonly Seq[]): Promise<readonly (OutgoingEvent | null)[]> {
    const loaded = await this.#owed.outgoing(events);
    const largest = Math.max(0, ...loaded.map((event) => event?.body?.byteLength ?? 0));
    this.#bytesEach = Math.max(largest, this.#bytesEach / 2);
    return loaded;
  }
}

import type { Log } from "../base/log.ts";
import type { OwedDelivery, OwedReads } from "../journal/sending.ts";
import type { Loaded } from "./parcel.ts";

/** Bodies read in one go, and held for one batch, about. */
const READ_BYTES = 4 * 2 ** 20;
const EVENTS_MAX = 256;
/** While nothing is known of their sizes. */
const FIRST_EVENTS = 32;

/**
 * Reads events to be sent. How large they are is only known once they are read: the next reading takes fewer when the
 * last ones were large, so that a run of bodies of 32 MiB comes one by one.
 */
export class Loader {
  readonly #owed: Pick<OwedReads, "outgoing">;
  readonly #log: Log;
  /** Of the largest of late; at first they may be large. */
  #bytesEach = READ_BYTES / FIRST_EVENTS;

  constructor(deps: { readonly owed: Pick<OwedReads, "outgoing">; readonly log: Log }) {
    this.#owed = deps.owed;
    this.#log = deps.log;
  }

  /** How many events one reading may ask for now; at least one. */
  get atOnce(): number {
    return Math.min(EVENTS_MAX, Math.max(1, Math.floor(READ_BYTES / this.#bytesEach)));
  }

  /** How many of them have no more than so many bytes, as far as is known. */
  atMost(bytes: number): number {
    return Math.max(0, Math.floor(bytes / this.#bytesEach));
  }

  /** In order, cut where the bodies are long enough; `null`: they cannot be read now. Never rejects. */
  async load(deliveries: readonly OwedDelivery[]): Promise<readonly Loaded[] | null> {
    const loaded: Loaded[] = [];
    try {
      for (let bytes = 0; loaded.length < deliveries.length && bytes < READ_BYTES; ) {
        const some = deliveries.slice(loaded.length, loaded.length + this.atOnce);
        bytes += await this.#read(some, loaded);
      }
      return loaded;
    } catch (error) {
      this.#log.warn("events to be sent could not be read; asking again", {
        error: error instanceof Error ? error.message : String(error),
      });
      return null;
    }
  }

  /** Adds them to `loaded`; answers how many bytes they have. */
  async #read(some: readonly OwedDelivery[], loaded: Loaded[]): Promise<number> {
    const events = await this.#owed.outgoing(some.map(({ event }) => event));
    let [bytes, largest] = [0, 0];
    for (const [place, delivery] of some.entries()) {
      const event = events[place] ?? null;
      const size = event?.body?.byteLength ?? 0;
      loaded.push({ delivery, event });
      bytes += size;
      largest = Math.max(largest, size);
    }
    this.#bytesEach = Math.max(1, largest, this.#bytesEach / 2);
    return bytes;
  }
}

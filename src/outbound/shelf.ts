import type { OutgoingEvent, OwedDelivery } from "../journal/sending.ts";
import type { Lines } from "./lines.ts";
import type { Loader } from "./loader.ts";
import type { Loaded } from "./parcel.ts";

/** Of bodies that wait to be sent, for one endpoint. */
const AHEAD_BYTES_MAX = 2 ** 20;

type Reading = Promise<ReadonlyMap<OwedDelivery, OutgoingEvent | null> | null>;

/** Somebody's: on the shelf, on its way, or neither. */
interface Claim {
  readonly delivery: OwedDelivery;
  readonly event: OutgoingEvent | null | undefined;
  readonly reading: Reading | undefined;
}

export interface ShelfDeps {
  readonly loader: Pick<Loader, "load" | "atMost" | "atOnce">;
  readonly lines: Pick<Lines, "carry" | "room">;
}

/**
 * Events read ahead of their sending, so that a request waits for the subscriber and not for the disk. Bounded in
 * number and bytes, and the bytes count among those that all endpoints may hold.
 */
export class Shelf {
  readonly #deps: ShelfDeps;
  readonly #kept = new Map<OwedDelivery, OutgoingEvent | null>();
  readonly #coming = new Map<OwedDelivery, Reading>();
  #bytes = 0;

  constructor(deps: ShelfDeps) {
    this.#deps = deps;
  }

  /** How many may be asked for in one go. */
  get atOnce(): number {
    return this.#deps.loader.atOnce;
  }

  /** Begins to read, in one go, what is neither here nor on its way. */
  fetch(deliveries: readonly OwedDelivery[]): void {
    const missing = deliveries.filter((each) => !this.#kept.has(each) && !this.#coming.has(each));
    if (missing.length === 0) return;
    const reading = this.#read(missing);
    for (const delivery of missing) this.#coming.set(delivery, reading);
    void reading.then((events) => this.#keep(missing, reading, events));
  }

  /** Reads ahead what goes next, up to `most`, once half of that is used up. */
  ahead(next: readonly OwedDelivery[], most: number): void {
    const { lines, loader } = this.#deps;
    if (this.#coming.size > 0 || this.#kept.size * 2 > most) return;
    const room = Math.min(most, loader.atMost(AHEAD_BYTES_MAX - this.#bytes));
    if (room > 0 && lines.room(1, 1) > 0) this.fetch(next.slice(0, room));
  }

  /** What is left of them, in order; those are missing that were too many to be read. `null`: they cannot be read now. Never rejects. */
  take(deliveries: readonly OwedDelivery[]): readonly Loaded[] | Promise<readonly Loaded[] | null> {
    const [only] = deliveries;
    const event = only === undefined ? undefined : this.#kept.get(only);
    if (deliveries.length === 1 && only !== undefined && event !== undefined) {
      this.#drop(only);
      return [{ delivery: only, event }];
    }
    return this.#gather(deliveries.map((each) => this.#claim(each)));
  }

  /** They are not to be sent from here. */
  forget(deliveries: readonly OwedDelivery[]): void {
    for (const delivery of deliveries) this.#drop(delivery);
  }

  clear(): void {
    this.#coming.clear();
    this.forget([...this.#kept.keys()]);
  }

  #claim(delivery: OwedDelivery): Claim {
    const [event, reading] = [this.#kept.get(delivery), this.#coming.get(delivery)];
    this.#drop(delivery);
    return { delivery, event, reading };
  }

  async #gather(claims: readonly Claim[]): Promise<readonly Loaded[] | null> {
    const loaded: Loaded[] = [];
    for (const { delivery, event, reading } of claims) {
      const events = event === undefined ? await reading : undefined;
      if (events === null) return null;
      const found = event === undefined ? events?.get(delivery) : event;
      if (found !== undefined) loaded.push({ delivery, event: found });
    }
    return loaded;
  }

  async #read(deliveries: readonly OwedDelivery[]): Reading {
    const loaded = await this.#deps.loader.load(deliveries);
    return loaded && new Map(loaded.map(({ delivery, event }) => [delivery, event]));
  }

  #keep(deliveries: readonly OwedDelivery[], reading: Reading, events: Awaited<Reading>): void {
    for (const delivery of deliveries) {
      if (this.#coming.get(delivery) !== reading) continue;
      this.#coming.delete(delivery);
      const event = events?.get(delivery);
      if (event === undefined) continue;
      this.#kept.set(delivery, event);
      this.#carry(event, 1);
    }
  }

  #drop(delivery: OwedDelivery): void {
    this.#coming.delete(delivery);
    const event = this.#kept.get(delivery);
    if (this.#kept.delete(delivery)) this.#carry(event ?? null, -1);
  }

  #carry(event: OutgoingEvent | null, sign: 1 | -1): void {
    const bytes = sign * (event?.body?.byteLength ?? 0);
    this.#bytes += bytes;
    this.#deps.lines.carry(bytes);
  }
}

import type { Seq } from "../base/ids.ts";
import type { OwedDelivery } from "../journal/sending.ts";

/**
 * What one endpoint is owed and is in memory: a window on a backlog of any length. A delivery is
 *
 * - *ready*: read, and not begun;
 * - *taken*: being sent, or its outcome being recorded;
 * - *departed*: recorded while a reading is under way, whose answer may still show it as owed.
 *
 * No delivery is admitted twice. With `lanes` only one of each connection is, the one that the journal names as
 * its first.
 */
export class Window {
  #ready: OwedDelivery[] = [];
  readonly #taken = new Map<Seq, OwedDelivery>();
  readonly #departed = new Set<Seq>();
  readonly #held = new Set<Seq>();
  /** Of each connection the event that is held. */
  readonly #lanes = new Map<string, Seq>();

  get ready(): readonly OwedDelivery[] {
    return this.#ready;
  }

  get taken(): number {
    return this.#taken.size;
  }

  get size(): number {
    return this.#ready.length + this.#taken.size;
  }

  /** A reading begins: what departs from now on may be in its answer. */
  reading(): void {
    this.#departed.clear();
  }

  /** Answers how many of them are new. */
  admit(deliveries: readonly OwedDelivery[], lanes: boolean): number {
    let fresh = 0;
    for (const delivery of deliveries) {
      const { event } = delivery;
      if (this.#held.has(event) || this.#departed.has(event)) continue;
      // An endpoint that wants no order is not kept in memory by connections, each of which would be a text.
      const lane = lanes ? laneOf(delivery) : null;
      if (lane !== null && this.#lanes.has(lane)) continue;
      this.#held.add(event);
      if (lane !== null) this.#lanes.set(lane, event);
      this.#ready.push(delivery);
      fresh++;
    }
    return fresh;
  }

  /** The first `most` of the ready ones are taken. */
  take(most: number): OwedDelivery[] {
    const taken = this.#ready.splice(0, most);
    for (const delivery of taken) this.#taken.set(delivery.event, delivery);
    return taken;
  }

  /** Of the ready ones the first `most` that `fit` are taken. */
  takeThose(most: number, fits: (delivery: OwedDelivery) => boolean): OwedDelivery[] {
    const taken: OwedDelivery[] = [];
    if (!this.#ready.some(fits)) return taken;
    this.#ready = this.#ready.filter((delivery) => {
      if (taken.length >= most || !fits(delivery)) return true;
      taken.push(delivery);
      return false;
    });
    for (const delivery of taken) this.#taken.set(delivery.event, delivery);
    return taken;
  }

  /** Its outcome is journaled. */
  depart(delivery: OwedDelivery): void {
    this.#departed.add(delivery.event);
    this.forget(delivery);
  }

  /** It was not tried after all, and will be read again. */
  forget(delivery: OwedDelivery): void {
    this.#taken.delete(delivery.event);
    this.#held.delete(delivery.event);
    const lane = this.#lanes.size === 0 ? null : laneOf(delivery);
    if (lane !== null && this.#lanes.get(lane) === delivery.event) this.#lanes.delete(lane);
  }

  /** Settled from elsewhere: unless it is being sent already, it is not to be begun any more. Answers what was ready. */
  drop(event: Seq): OwedDelivery[] {
    const delivery = this.#ready.find((each) => each.event === event);
    if (!this.#taken.has(event)) this.#departed.add(event);
    if (delivery === undefined) return [];
    this.#ready = this.#ready.filter((each) => each !== delivery);
    this.depart(delivery);
    return [delivery];
  }

  isTaken(event: Seq): boolean {
    return this.#taken.has(event);
  }

  /** Forgets what is not begun: it will be read again. */
  clear(): void {
    for (const delivery of this.#ready) this.forget(delivery);
    this.#ready = [];
  }
}

const laneOf = ({ connection }: OwedDelivery): string | null =>
  connection === null ? null : `${connection.source}/${connection.key}`;

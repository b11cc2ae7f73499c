import type { OutgoingEvent, OwedDelivery } from "../journal/sending.ts";
import type { WholeEvent } from "./payload.ts";

/** A delivery with what it delivers. */
export interface Parcel {
  readonly delivery: OwedDelivery;
  readonly event: WholeEvent;
}

export interface Loaded {
  readonly delivery: OwedDelivery;
  /** `null`: it is gone. */
  readonly event: OutgoingEvent | null;
}

/** Deliveries apart by what is left of their events: all of it, no body, nothing; or they were not read at all. */
export interface Sorted {
  readonly whole: readonly Parcel[];
  readonly emptied: readonly OwedDelivery[];
  readonly gone: readonly OwedDelivery[];
  readonly unread: readonly OwedDelivery[];
}

export function sorted(deliveries: readonly OwedDelivery[], loaded: readonly Loaded[]): Sorted {
  // Ordinarily all of them are there, in order; where some are missing they are looked for.
  const inOrder = loaded.length === deliveries.length;
  const events = inOrder ? null : new Map(loaded.map((each) => [each.delivery, each.event]));
  const whole: Parcel[] = [];
  const [emptied, gone, unread]: [OwedDelivery[], OwedDelivery[], OwedDelivery[]] = [[], [], []];
  for (const [place, delivery] of deliveries.entries()) {
    const event = events === null ? loaded[place]?.event : events.get(delivery);
    if (event === undefined) unread.push(delivery);
    else if (event === null) gone.push(delivery);
    else if (event.body === null) emptied.push(delivery);
    else whole.push({ delivery, event: { ...event, body: event.body } });
  }
  return { whole, emptied, gone, unread };
}

export const bytesOf = (parcels: readonly Parcel[]): number =>
  parcels.reduce((sum, { event }) => sum + event.body.byteLength, 0);

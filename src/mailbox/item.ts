import type { Millis } from "../base/clock.ts";
import { type Seq, seq } from "../base/ids.ts";
import type { LoadedEvent, WorkItem } from "../journal/journal.ts";

/** A place in a mailbox, and its event while that is still in memory from receiving. */
export interface Item extends WorkItem {
  loaded: LoadedEvent | null;
}

/** Whether it waits for no time, or not any more. */
export const isDue = (item: WorkItem, now: Millis): boolean =>
  item.dueAt === null || item.dueAt <= now;

export const later = (a: Seq, b: Seq): Seq => (a > b ? a : b);

/** Keeps the order of positions; what is posted comes in order almost always, so it looks from the end. */
export function insert(items: Item[], item: Item): void {
  let place = items.length;
  while (place > 0 && (items[place - 1]?.position ?? seq(0)) > item.position) place--;
  if (items[place - 1]?.position !== item.position) items.splice(place, 0, item);
}

import type { Millis } from "../base/clock.ts";
import { type Seq, seq } from "../base/ids.ts";
import type { LoadedEvent, WorkItem } from "../journal/journal.ts";

/** A place in a mailbox, and its event while that is still in memory from receiving. */
export interface Item extends WorkItem {
  loaded: LoadedEvent | null;
}

export type Wait = Pick<WorkItem, "dueAt" | "waitingSince">;

/**
 * Whether it waits for no time, or not any more. A wait is a stretch of time: before its beginning it is as
 * much over as after its end, so that a clock that was ahead holds nothing up for the size of its jump.
 */
export const isDue = ({ dueAt, waitingSince }: Wait, now: Millis): boolean =>
  dueAt === null || dueAt <= now || (waitingSince !== null && now < waitingSince);

/** Over as soon as one of the two is. */
export const either = (a: Wait, b: Wait): Wait => ({
  dueAt: Math.min(a.dueAt ?? 0, b.dueAt ?? 0),
  waitingSince: Math.max(a.waitingSince ?? 0, b.waitingSince ?? 0),
});

export const later = (a: Seq, b: Seq): Seq => (a > b ? a : b);

/** Keeps the order of positions; what is posted comes in order almost always, so it looks from the end. */
export function insert(items: Item[], item: Item): void {
  let place = items.length;
  while (place > 0 && (items[place - 1]?.position ?? seq(0)) > item.position) place--;
  if (items[place - 1]?.position !== item.position) items.splice(place, 0, item);
}

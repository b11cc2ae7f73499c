import type { Millis } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import { seq } from "../base/ids.ts";
import { LIMITS } from "../base/limits.ts";
import { invariant } from "../base/result.ts";
import type { WorkItem } from "../journal/journal.ts";
import { either, type Item, insert, isDue, later, type Wait } from "./item.ts";

/** What the journal answers: the next unsettled items, whether there are more, and how far it had come. */
export interface MailboxPage {
  readonly items: readonly WorkItem[];
  readonly more: boolean;
  readonly upTo: Seq;
}

export type MailboxOrder = "strict" | "relaxed";

/** Items of a relaxed mailbox that may wait for a retry in memory; further ones are read again when due. */
const RETRIES_KEPT_MAX = LIMITS.MAILBOX_POSITIONS_MAX / 2;

/**
 * The positions of one connection, in order: a bounded window on what the journal holds.
 *
 * Three things are true between calls:
 * - Each unsettled position up to `#read` is in `#items`, or counted in `#forgotten`, or taken.
 * - `behind` is false only if each later position is going to be posted or is in `#items` already.
 * - A posted position up to `#horizon` was seen by a page: it is in the page, or settled, or behind the gap.
 *
 * A page may only be asked for while nothing is taken: it then shows every earlier settling. What is posted
 * meanwhile is kept aside, since only the page's `upTo` tells whether it is in the page already.
 */
export class Mailbox {
  readonly #order: () => MailboxOrder;
  readonly #discard: (item: Item) => void;
  #items: Item[] = [];
  #arrivals: Item[] = [];
  #reading = false;
  #gap = true;
  #read = seq(0);
  #horizon = seq(0);
  #forgotten: Wait | null = null;
  /** The last wait that was decided in this life. */
  #decided = { position: seq(0), at: seq(0) };
  /** Events that an operator settled, and whether waits were cleared, since the page was asked for. */
  #gone: Seq[] = [];
  #cleared = false;

  /** `discard` is told of each item that leaves without having been taken. */
  constructor(order: () => MailboxOrder, discard: (item: Item) => void) {
    this.#order = order;
    this.#discard = discard;
  }

  get size(): number {
    return this.#items.length;
  }

  /** There is, or may be, something in the journal that is not in memory. */
  get behind(): boolean {
    return this.#gap;
  }

  /** A page is needed before anything can be taken: behind a head that waits, in strict order, none is. */
  get starved(): boolean {
    return this.#gap && (this.#items.length === 0 || this.#order() === "relaxed");
  }

  get items(): readonly Readonly<Item>[] {
    return this.#items;
  }

  /** Holds this item and misses nothing before it: an event that stands alone is all there is to read. */
  hold(item: Item): void {
    this.#items = [item];
    this.#gap = false;
    this.#read = item.position;
    this.#horizon = item.position;
  }

  /**
   * A newly journaled item. Those of one commit come within one turn of the loop, in any order; what
   * cannot be kept is found again by a page.
   */
  post(item: Item): void {
    if (item.position <= this.#horizon) this.#discard(item);
    else if (this.#reading) this.#arrive(item);
    else if (this.#gap || this.#items.length >= LIMITS.MAILBOX_POSITIONS_MAX) this.#miss(item);
    else {
      insert(this.#items, item);
      this.#read = later(this.#read, item.position);
    }
  }

  #arrive(item: Item): void {
    if (this.#arrivals.length < LIMITS.MAILBOX_POSITIONS_MAX) {
      insert(this.#arrivals, item);
      return;
    }
    this.#gap = true;
    this.#discard(item);
  }

  /** The next page is read after here, and holds at most `limit` items. */
  ask(): { after: Seq; limit: number } {
    invariant(!this.#reading, "one page of a mailbox is read at a time");
    this.#reading = true;
    this.#gap = false;
    const limit = Math.max(1, LIMITS.MAILBOX_POSITIONS_MAX - this.#items.length);
    return { after: this.#read, limit };
  }

  /** The page did not come: as if it had not been asked for. */
  unanswered(): void {
    this.#reading = false;
    this.#gap = true;
    for (const item of this.#arrivals) this.#discard(item);
    this.#arrivals = [];
    this.#gone = [];
    this.#cleared = false;
  }

  land(page: MailboxPage, now: Millis): void {
    invariant(this.#reading, "a page lands that was asked for");
    this.#reading = false;
    for (const item of page.items) if (!this.#gone.includes(item.event)) this.#take(item, now);
    const last = page.items.at(-1)?.position ?? this.#read;
    this.#read = page.more ? last : later(last, page.upTo);
    this.#horizon = later(this.#horizon, page.upTo);
    this.#gap ||= page.more;
    this.#gone = [];
    this.#cleared = false;
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    for (const item of arrivals) if (!this.#adopt(item)) this.post(item);
  }

  /** An item that the page brought as well lends it the event that it still has in memory. */
  #adopt(arrival: Item): boolean {
    const known = this.#items.find((item) => item.position === arrival.position);
    if (known === undefined || known.attempts > 0) return false;
    known.loaded = arrival.loaded;
    return true;
  }

  #take(item: WorkItem, now: Millis): void {
    const dueAt = this.#cleared ? null : item.dueAt;
    this.#keep({ ...item, dueAt, loaded: null }, now);
  }

  /**
   * Takes out the item to be worked on now: strictly the first, or in relaxed order the first that waits for
   * nothing. `null` when there is none, or it is not time yet.
   */
  take(now: Millis): Item | null {
    const place = this.#place(now);
    if (place === 0) return this.#items.shift() ?? null;
    return place < 0 ? null : (this.#items.splice(place, 1)[0] ?? null);
  }

  /** Whether there is something to take. */
  runnable(now: Millis): boolean {
    return this.#place(now) >= 0;
  }

  #place(now: Millis): number {
    if (this.#forgotten !== null && isDue(this.#forgotten, now)) this.#startOver();
    const first = this.#items[0];
    if (first === undefined) return -1;
    if (isDue(first, now)) return 0;
    return this.#order() === "strict" ? -1 : this.#items.findIndex((item) => isDue(item, now));
  }

  /** The taken item is to be tried again at its `dueAt`, as the journal's entry at `decided` says. */
  putBack(item: Item, now: Millis, decided: Seq): void {
    this.#decided = { position: item.position, at: decided };
    this.#keep(item, now);
  }

  /** When something in it falls due; `null` when nothing waits for a time. */
  wakeAt(): Millis | null {
    if (this.#order() === "strict") return this.#items[0]?.dueAt ?? null;
    let earliest = this.#forgotten?.dueAt ?? null;
    for (const { dueAt } of this.#items) {
      if (dueAt !== null && (earliest === null || dueAt < earliest)) earliest = dueAt;
    }
    return earliest;
  }

  /** An operator settled this event. */
  drop(event: Seq): void {
    if (this.#reading) this.#gone.push(event);
    this.#items = this.#only(this.#items, (item) => item.event !== event);
    this.#arrivals = this.#only(this.#arrivals, (item) => item.event !== event);
  }

  /** Forgets everything: the connection leaves memory. */
  clear(): void {
    this.unanswered();
    this.#startOver();
  }

  /** An operator wants everything tried at once, by the entry at `wished`: a wait decided later stays. */
  clearWaits(wished: Seq): void {
    if (this.#reading) this.#cleared = true;
    const later = this.#decided.at > wished ? this.#decided.position : null;
    for (const [index, item] of this.#items.entries()) {
      if (item.position !== later) this.#items[index] = { ...item, dueAt: null };
    }
    if (this.#forgotten !== null) this.#forgotten = { dueAt: 0, waitingSince: 0 };
  }

  /** In relaxed order only so many waiting items stay, so that they cannot crowd out those that could run. */
  #keep(item: Item, now: Millis): void {
    const waits = !isDue(item, now) && this.#order() === "relaxed";
    if (waits && this.#items.filter((kept) => !isDue(kept, now)).length >= RETRIES_KEPT_MAX) {
      this.#forgotten = either(this.#forgotten ?? item, item);
      return;
    }
    insert(this.#items, item);
  }

  /** Read everything again from the first unsettled position. */
  #startOver(): void {
    this.#items = this.#only(this.#items, () => false);
    this.#read = seq(0);
    this.#gap = true;
    this.#forgotten = null;
  }

  /** This item is left to a page; later ones that are here already would otherwise overtake it. */
  #miss(item: Item): void {
    this.#gap = true;
    this.#discard(item);
    if (item.position > this.#read) return;
    const read = seq(item.position - 1);
    this.#read = read;
    this.#items = this.#only(this.#items, ({ position }) => position <= read);
  }

  #only(items: readonly Item[], keep: (item: Item) => boolean): Item[] {
    return items.filter((item) => {
      if (keep(item)) return true;
      this.#discard(item);
      return false;
    });
  }
}

import type { Seq } from "../base/ids.ts";

/** Which list of units, in order of asking. */
export type ListNumber = number;

/**
 * Positions of events that stand alone and left memory, or were settled by an operator, while a list of
 * units was on its way or in hand. Such a list may be older than that and would bring them a second time;
 * one that was asked for later is not. (A connection is safe: its view is read after it was taken up.)
 * Forgotten once no list is open, so that it stays small.
 */
export class Departed {
  /** Position → the newest list there was when it left. */
  readonly #left = new Map<Seq, ListNumber>();
  #newest: ListNumber = 0;
  #open = 0;

  /** A list is asked for. */
  opened(): ListNumber {
    this.#open++;
    this.#newest++;
    return this.#newest;
  }

  /** A list is used up. */
  closed(): void {
    this.#open--;
    if (this.#open === 0) this.#left.clear();
  }

  add(position: Seq): void {
    if (this.#open > 0) this.#left.set(position, this.#newest);
  }

  /** Whether it left after this list was asked for, so that the list does not know. */
  since(list: ListNumber, position: Seq): boolean {
    return (this.#left.get(position) ?? 0) >= list;
  }
}

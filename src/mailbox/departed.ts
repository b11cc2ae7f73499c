import type { Seq } from "../base/ids.ts";

/**
 * Positions of events that stand alone and left memory while a list of units was on its way or in hand.
 * Such a list is older than their settling and would bring them a second time. (A connection is safe from
 * that: its view is read after it was taken up.) Forgotten once no list is open, so it stays small.
 */
export class Departed {
  readonly #positions = new Set<Seq>();
  #lists = 0;

  /** A list is asked for. */
  opened(): void {
    this.#lists++;
  }

  /** A list is used up. */
  closed(): void {
    this.#lists--;
    if (this.#lists === 0) this.#positions.clear();
  }

  add(position: Seq): void {
    if (this.#lists > 0) this.#positions.add(position);
  }

  has(position: Seq): boolean {
    return this.#positions.has(position);
  }
}

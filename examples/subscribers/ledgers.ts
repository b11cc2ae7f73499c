import { type Ledger, note } from "../demo/ledger";

/**
 * What a subscriber knows: a ledger for each account. Events come at least once, so it remembers which ones it has; a real
 * one would do so in its database, in the transaction that also changes the ledger.
 */
export class Ledgers {
  readonly #ledgers = new Map<string, Ledger>();
  readonly #known = new Set<string>();
  #again = 0;

  /** `id` is the same however often the event comes. */
  apply(id: string, account: string, cents: number): void {
    if (this.#known.has(id)) {
      this.#again++;
      return;
    }
    this.#known.add(id);
    this.#ledgers.set(account, note(this.#ledgers.get(account) ?? {}, id, cents));
  }

  /** As others may look at it. */
  report(more: Readonly<Record<string, number>>): Response {
    const ledgers = Object.fromEntries(this.#ledgers);
    return Response.json({ ledgers, events: this.#known.size, again: this.#again, ...more });
  }
}

import { createHash } from "node:crypto";

/** What one connection remembers. The chain depends on every event handled so far and on their order. */
export interface Ledger {
  count?: number;
  chain?: string;
  cents?: number;
}

/** The ledger after one more event. One that came twice, not at all, or out of order gives another chain. */
export function note(ledger: Ledger, id: string, cents = 0): Ledger {
  return {
    count: (ledger.count ?? 0) + 1,
    chain: createHash("sha256")
      .update(`${ledger.chain ?? ""}${id}`)
      .digest("hex"),
    cents: (ledger.cents ?? 0) + cents,
  };
}

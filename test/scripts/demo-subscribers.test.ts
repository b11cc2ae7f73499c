import { describe, expect, test } from "bun:test";
import { type Ledger, note } from "../../examples/demo/ledger.ts";
import { ledgerFaults } from "../../scripts/demo-run/subscribers.ts";

/** The proof of the demo's third act: whether it can fail. */

const ledgerOf = (ids: readonly string[]): Ledger =>
  ids.reduce<Ledger>((ledger, id) => note(ledger, id, 100), {});
const INBOX = new Map([
  ["a", ledgerOf(["1", "2", "3"])],
  ["b", ledgerOf(["4"])],
]);
const known = (ledgers: Record<string, Ledger>, more = {}) =>
  ledgerFaults("push", INBOX, { ledgers, events: 4, again: 0, ...more });
const same = Object.fromEntries(INBOX);

describe("a subscriber's ledgers", () => {
  test("that are the inbox's have no fault", () => {
    expect(known(same)).toEqual([]);
  });

  test("with an event missing, doubled, in another order, or of an account of no one are found out", () => {
    expect(known({ ...same, a: ledgerOf(["1", "2"]) })[0]).toContain("has 2 events of a");
    expect(known({ ...same, a: ledgerOf(["1", "2", "2", "3"]) })[0]).toContain("has 4 events");
    expect(known({ ...same, a: ledgerOf(["1", "3", "2"]) })[0]).toContain("in another order");
    expect(known({ a: ledgerOf(["1", "2", "3"]) })[0]).toContain("has 0 events of b");
    expect(known({ ...same, c: ledgerOf(["5"]) })[0]).toContain("knows c");
    expect(known(same, { unverified: 1 })[0]).toContain("could not verify 1");
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { finlinkDifferences } from "../../../src/providers/recovery/finlink-differences.ts";
import type { Difference } from "../../../src/providers/recovery.ts";
import { type FinlinkState, finlinkChain, finlinkState, iso } from "./finlink-states.ts";

const typesOf = (before: unknown, after: unknown): string[] =>
  finlinkDifferences(before, after).map(({ type }) => type.replace("connection.", ""));

/** What somebody finds who looks at some of the states, and remembers the last that made a difference. */
function foundBy(states: readonly FinlinkState[]): Difference[] {
  let before: unknown = null;
  return states.flatMap((state) => {
    const found = finlinkDifferences(before, state);
    if (found.length > 0) before = state;
    return [...found];
  });
}

const looks = fc
  .tuple(finlinkChain, fc.array(fc.boolean(), { minLength: 21, maxLength: 21 }))
  .map(([states, seen]) => ({
    states,
    seen: states.filter((_, index) => seen[index] === true || index === states.length - 1),
  }));

const syncOf = (state: unknown): unknown => (state as FinlinkState).lastSync;
const isPassing = ({ status }: FinlinkState): boolean =>
  status === "UPDATING" || status === "PENDING";

describe("the differences of Finlink's states", () => {
  test.each([
    [
      "a connection that was not known",
      null,
      finlinkState({ status: "PENDING", lastSync: null }),
      ["created"],
    ],
    ["one that is known with its data", null, finlinkState(), ["created", "imported"]],
    [
      "the first data",
      finlinkState({ status: "PENDING", lastSync: null }),
      finlinkState(),
      ["imported"],
    ],
    [
      "newer data",
      finlinkState(),
      finlinkState({ lastSync: iso(2), updatedAt: iso(2) }),
      ["updated"],
    ],
    [
      "a failed update",
      finlinkState(),
      finlinkState({ status: "UPDATE_ERROR", updatedAt: iso(2) }),
      ["update_failed"],
    ],
    [
      "another failure like the one before",
      finlinkState({ status: "UPDATE_ERROR" }),
      finlinkState({ status: "UPDATE_ERROR", updatedAt: iso(2) }),
      ["update_failed"],
    ],
    [
      "no usable data",
      finlinkState({ status: "PENDING", lastSync: null }),
      finlinkState({ status: "ERRORED", lastSync: null, updatedAt: iso(2) }),
      ["errored"],
    ],
    [
      "a success that was not seen, and the failure after it",
      finlinkState(),
      finlinkState({ status: "UPDATE_ERROR", lastSync: iso(3), updatedAt: iso(4) }),
      ["updated", "update_failed"],
    ],
    [
      "both tokens",
      finlinkState(),
      finlinkState({ updateToken: "a", restoreToken: "b", updatedAt: iso(2) }),
      ["update_token", "restore_token"],
    ],
    [
      "a token that is gone",
      finlinkState({ updateToken: "a" }),
      finlinkState({ updatedAt: iso(2) }),
      ["updated"],
    ],
    [
      "an update under way",
      finlinkState(),
      finlinkState({ status: "UPDATING", updatedAt: iso(2) }),
      [],
    ],
    [
      "a status that nobody has documented",
      finlinkState(),
      finlinkState({ status: "RESTING", updatedAt: iso(2) }),
      ["updated"],
    ],
    ["one that is gone", finlinkState(), null, ["deleted"]],
    [
      "a public token that waits",
      null,
      { publicToken: "p", externalId: "ada", createdAt: iso(0) },
      ["pending"],
    ],
    ["one that waits still", { publicToken: "p" }, { publicToken: "p" }, []],
    ["one that was exchanged", { publicToken: "p" }, null, []],
    ["nothing that becomes nothing", null, null, []],
    [
      "a state from before the one that is known",
      finlinkState({ updatedAt: iso(5) }),
      finlinkState(),
      [],
    ],
    ["fields that are not documented", finlinkState(), { ...finlinkState(), seenBy: 7 }, []],
    [
      "fields in another order",
      finlinkState(),
      Object.fromEntries(Object.entries(finlinkState()).toReversed()),
      [],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(typesOf(before, after)).toEqual(expected);
  });

  test("nothing is different from itself", () => {
    fc.assert(
      fc.property(finlinkChain, (states) => {
        for (const state of states) expect(finlinkDifferences(state, state)).toEqual([]);
      }),
    );
  });

  test("whichever states are seen, the last that is told is how things are", () => {
    fc.assert(
      fc.property(looks, ({ seen }) => {
        const last = seen.findLast((state) => !isPassing(state));
        if (last === undefined || seen.at(-1) !== last) return;
        expect(foundBy(seen).at(-1)?.data).toEqual(last);
      }),
      { numRuns: 500 },
    );
  });

  test("no difference is told twice, and a second look at each state tells nothing", () => {
    fc.assert(
      fc.property(looks, ({ seen }) => {
        const ids = foundBy(seen).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const twice = seen.flatMap((state) => [state, state]);
        expect(foundBy(twice).map(({ id }) => id)).toEqual(ids);
      }),
      { numRuns: 500 },
    );
  });

  test("the same step has the same id, whatever was seen before it", () => {
    fc.assert(
      fc.property(looks, ({ states, seen }) => {
        const all = new Map(foundBy(states).map((each) => [each.id, each.type]));
        for (const { id, type } of foundBy(seen)) {
          if (all.has(id)) expect(all.get(id)).toBe(type);
          if (type.endsWith("_token")) expect(all.has(id)).toBe(true);
        }
        const synced = (found: readonly Difference[]) =>
          found.filter(({ data, occurredAt }) => occurredAt === Date.parse(String(syncOf(data))));
        const known = new Set(synced(foundBy(states)).map(({ id }) => id.split("/")[1]));
        for (const { id } of synced(foundBy(seen))) expect(known).toContain(id.split("/")[1]);
      }),
      { numRuns: 500 },
    );
  });

  test("what crossed on its way is told once it is newer again, under the ids that it had", () => {
    fc.assert(
      fc.property(finlinkChain, (states) => {
        for (const [index, state] of states.entries()) {
          const before = states[index - 1];
          if (before === undefined) continue;
          expect(finlinkDifferences(state, before)).toEqual([]);
          expect(finlinkDifferences(before, state)).toEqual(finlinkDifferences(before, state));
        }
      }),
    );
  });

  test("the sequence never goes back, so that none of them is taken for an old one", () => {
    fc.assert(
      fc.property(looks, ({ seen }) => {
        const sequences = foundBy(seen).map(({ sequence }) => Number(sequence));
        expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
      }),
    );
  });

  test("any JSON at all is compared without a failure", () => {
    const json = fc.jsonValue() as fc.Arbitrary<unknown>;
    fc.assert(
      fc.property(json, json, (before, after) => {
        for (const { type, id } of finlinkDifferences(before, after)) {
          expect([type.startsWith("connection."), id.length < 64]).toEqual([true, true]);
        }
      }),
    );
  });
});

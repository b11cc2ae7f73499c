import { describe, expect, test } from "bun:test";
import { err, ok } from "../../src/base/result.ts";
import { ownRecovery, readAnswer, type TeamAsk, type TeamCalls } from "../../src/reconcile/own.ts";
import { within } from "../support/reconcile-bank.ts";
import { ReconcileWorld, reconcileSettings } from "../support/reconcile-world.ts";

const never = new AbortController().signal;
const own = reconcileSettings({ list: true, fetch: true, everyMs: null, overlapMs: 0 });

/** A team whose list is an array of pages, and whose cursor is the number of the next. */
function team(pages: readonly (readonly unknown[])[]): TeamCalls & { readonly asks: TeamAsk[] } {
  const asks: TeamAsk[] = [];
  return {
    asks,
    ask: async (ask) => {
      asks.push(ask);
      if (ask.what === "fetch") return ok([{ id: "f1", account: ask.connection }]);
      const page = Number(ask.cursor ?? 0);
      const events = pages[page] ?? [];
      const next = Math.min(page + 1, pages.length);
      return ok({ events, cursor: String(next), more: next < pages.length });
    },
  };
}

describe("a source with functions of the team's own", () => {
  test("is listed page by page from the cursor that it gave, which outlives the process", async () => {
    const calls = team([[{ id: "e1" }, { id: "e2" }], [{ id: "e3" }]]);
    const world = new ReconcileWorld(ownRecovery("bank", own, calls, never), own);
    await world.start();
    await world.clock.advance(1_000);
    expect(world.events().map(({ dedupeKey }) => dedupeKey)).toEqual(["e1", "e2", "e3"]);
    await world.reborn();
    await world.start();
    await world.clock.advance(1_000);
    expect(calls.asks.map((ask) => (ask.what === "list" ? ask.cursor : null))).toEqual([
      null,
      "1",
      "2",
    ]);
    await world.reconciler.stop();
  });

  test("is asked for one connection by its fetch, which leaves the cursor", async () => {
    const calls = team([[]]);
    const world = new ReconcileWorld(ownRecovery("bank", own, calls, never), own);
    await world.start();
    world.store.catchUp();
    const before = world.store.now.reconcileState("bank").cursor;
    const report = await within(world.clock, world.reconciler.poll("acc", "demand").finished);
    expect([report.phase, report.recovered]).toEqual(["done", 1]);
    world.store.catchUp();
    expect(world.store.now.reconcileState("bank").cursor).toBe(before);
    expect(world.events().at(-1)).toMatchObject({ connection: "acc", origin: "poll" });
    await world.reconciler.stop();
  });

  test("whose function throws has a failed sweep that says which and why", async () => {
    const calls: TeamCalls = {
      ask: async () => err({ code: "threw", message: "TypeError: no such bank" }),
    };
    const world = new ReconcileWorld(ownRecovery("bank", own, calls, never), own);
    await world.start();
    expect(world.swept().at(-1)).toMatchObject({
      phase: "failed",
      error: { code: "unavailable", message: "reconcile.list: TypeError: no such bank" },
    });
    await world.reconciler.stop();
  });
});

describe("what a function returned", () => {
  test("may be nothing, an array of payloads, or an object", () => {
    for (const answer of [undefined, null, [], {}, { events: [] }]) {
      expect(readAnswer(answer, "list")).toEqual(ok({ missed: [], next: null, keep: null }));
    }
    const requests = [{ headers: { "X-Topic": "a" }, payload: { n: 1 } }];
    const page = readAnswer({ requests }, "list");
    expect(page.ok && page.value.missed[0]?.headers).toEqual({
      "content-type": "application/json",
      "x-topic": "a",
    });
  });

  for (const [what, answer] of [
    ["a text", "everything"],
    ["a number", 7],
    ["events that are no array", { events: "e" }],
    ["a cursor that is no text", { events: [], cursor: 7 }],
    ["a cursor without end", { events: [], cursor: "x".repeat(4_000) }],
    ["more without a cursor", { events: [], more: true }],
    ["a header that breaks lines", { requests: [{ headers: { a: "b\r\nc: d" }, payload: 1 }] }],
    ["requests that are none", { requests: [null] }],
    ["too many at once", { events: Array.from({ length: 10_001 }, () => 1) }],
  ] as const) {
    test(`is refused with the remedy when it is ${what}`, () => {
      const page = readAnswer(answer, "list");
      expect(page).toMatchObject({ ok: false, error: { code: "unreadable" } });
      expect(page.ok ? "" : page.error.detail).toStartWith("reconcile.list has to return");
    });
  }
});

import { expect, test } from "bun:test";
import { ListingBank, within } from "../support/reconcile-bank.ts";
import { ReconcileWorld, refusal } from "../support/reconcile-world.ts";

const EVENTS = 1_200;

/** A sweep that finds more than fits one commit, and breaks at one of them. */
async function broken(piece: number, when: "before" | "after"): Promise<ReconcileWorld> {
  const bank = new ListingBank("newest");
  bank.pageSize = 500;
  const world = new ReconcileWorld(bank);
  await world.start();
  const began = world.clock.now();
  for (let n = 0; n < EVENTS; n++) bank.happen(`e${n}`, began + n);
  await world.clock.advance(120_000);
  let commit = 0;
  world.commits[when] = () => {
    if (++commit === piece) throw refusal();
  };
  await within(world.clock, world.reconciler.sweep("demand").finished);
  world.commits[when] = () => undefined;
  await world.reborn();
  await world.start();
  await world.clock.advance(60_000);
  return world;
}

test("a find of several commits that breaks at any of them is complete after the next start, and the cursor was not ahead of it", async () => {
  for (let piece = 1; piece <= 4; piece++) {
    for (const when of ["before", "after"] as const) {
      const world = await broken(piece, when);
      const keys = world.events().map(({ dedupeKey }) => dedupeKey);
      expect([piece, when, keys.length, new Set(keys).size]).toEqual([piece, when, EVENTS, EVENTS]);
      await world.reconciler.stop();
    }
  }
}, 30_000);

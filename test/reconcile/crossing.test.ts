import { expect, test } from "bun:test";
import { KnowingBank, within } from "../support/reconcile-bank.ts";
import { ReconcileWorld, reconcileSettings, refusal } from "../support/reconcile-world.ts";

test("what the first of several commits has learned is not taken back by an older answer, although the second is refused", async () => {
  const bank = new KnowingBank();
  const world = new ReconcileWorld(bank, reconcileSettings({ everyMs: null }));
  for (let n = 0; n < 400; n++) bank.change(`c${String(n).padStart(3, "0")}`, 0);
  await world.start();
  await world.clock.advance(10);
  // Asked for first, and answered last: a state of before.
  bank.answering = (call) =>
    call === "c000" ? new Promise((resolve) => world.clock.after(2_000, resolve)) : undefined;
  const old = world.reconciler.poll("c000", "demand").finished;
  await world.clock.advance(10);
  for (const key of [...bank.accounts.keys()]) bank.change(key, 7);
  let commits = 0;
  world.commits.before = () => {
    if (++commits === 2) throw refusal();
  };
  const sweep = await within(world.clock, world.reconciler.sweep("demand").finished, 3_000);
  world.commits.before = () => undefined;
  bank.answering = () => undefined;
  expect([sweep.phase, commits]).toEqual(["failed", 3]);
  await within(world.clock, old);
  const versions = world
    .events()
    .filter(({ connection }) => connection === "c000")
    .map((event) => (world.payload(event) as { version: number }).version);
  expect(versions).toEqual([1, 2]);
  await world.reconciler.stop();
});

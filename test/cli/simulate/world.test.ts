import { expect, test } from "bun:test";
import { planOf } from "../../../src/cli/simulate/plan.ts";
import { FinlinkWorld } from "../../../src/cli/simulate/world.ts";
import { aScenario, DAY_MS } from "./play.ts";

const START = Date.UTC(2026, 0, 1);
const SCENARIO = aScenario({ connections: 60, changes: 600 });
const PLAN = planOf(SCENARIO);

/** `speed` simulated ms become one of the dates'. */
const aWorld = (speed = 1): FinlinkWorld => new FinlinkWorld(PLAN, (at) => START + at / speed);

test("however time is cut, the same happens", () => {
  const [once, often] = [aWorld(), aWorld()];
  once.advance(SCENARIO.durationMs);
  for (let at = 0; at <= SCENARIO.durationMs; at += 777_777) often.advance(at);
  often.advance(SCENARIO.durationMs);
  expect(often.histories()).toEqual(once.histories());
  expect(once.nextAt).toBeNull();
});

test("lists and single statuses tell the newest state of each connection that is there", () => {
  const world = aWorld();
  for (let at = 0; at <= SCENARIO.durationMs; at += DAY_MS / 2) {
    world.advance(at);
    const there = world.histories().flatMap(({ state }) => (state === null ? [] : [state]));
    expect(world.statuses(null)).toEqual(there);
    for (const state of there) expect(world.status(state.credentialsToken)).toBe(state);
  }
  const owner = world.statuses(null)[0]?.externalId ?? "";
  expect(world.statuses(owner).every(({ externalId }) => externalId === owner)).toBe(true);
  expect(world.statuses("nobody")).toEqual([]);
});

test("each state is later than the one before, also where a day is less than a millisecond", () => {
  const world = aWorld(DAY_MS * 2);
  world.advance(SCENARIO.durationMs);
  for (const { history } of world.histories()) {
    const dates = history.map(({ at }) => Date.parse(at));
    for (const [place, date] of dates.entries())
      if (place > 0) expect(date).toBeGreaterThan(dates[place - 1] ?? 0);
  }
});

test("a public token waits until it is exchanged, which happens once", () => {
  const world = aWorld();
  const link = PLAN.changes.find(({ at, step }) => at > 0 && step === "linked");
  const identity = PLAN.identities[link?.connection ?? -1];
  world.advance(link?.at ?? 0);
  const waits = (): boolean =>
    world.pending(null).some(({ publicToken }) => publicToken === identity?.publicToken);
  expect(waits()).toBe(true);
  expect(world.status(identity?.token ?? "")).toBeNull();
  expect(world.exchange(identity?.publicToken ?? "", link?.at ?? 0)).toBe(identity?.token ?? "");
  expect(waits()).toBe(false);
  expect(world.status(identity?.token ?? "")?.status).toBe("PENDING");
  expect(world.exchange(identity?.publicToken ?? "", link?.at ?? 0)).toBeNull();
  world.advance(SCENARIO.durationMs);
  const own = world.histories().find(({ token }) => token === identity?.token);
  expect(own?.history.filter(({ step }) => step === "exchanged")).toHaveLength(1);
});

test("what a call deleted is gone: its later changes do not happen", () => {
  const world = aWorld();
  world.advance(0);
  const token = world.statuses(null)[0]?.credentialsToken ?? "";
  expect(world.remove(token, 0)).toBe(true);
  expect(world.remove(token, 0)).toBe(false);
  expect(world.status(token)).toBeNull();
  world.advance(SCENARIO.durationMs);
  const own = world.histories().find((each) => each.token === token);
  expect(own?.state).toBeNull();
  expect(own?.history.at(-1)?.step).toBe("deleted");
});

test("a state after a change is told as it was then", () => {
  const world = aWorld();
  world.advance(SCENARIO.durationMs);
  const place = PLAN.changes.findIndex(({ step }) => step === "restore_token");
  const state = world.after(place);
  expect(state?.restoreToken).toBe(PLAN.changes[place]?.condition?.restoreToken ?? "");
  expect(world.after(PLAN.changes.findIndex(({ step }) => step === "deleted"))).toBeNull();
});

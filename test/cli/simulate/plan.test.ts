import { expect, test } from "bun:test";
import { TOLD } from "../../../src/cli/simulate/lives.ts";
import { planOf } from "../../../src/cli/simulate/plan.ts";
import { aScenario, HOUR_MS } from "./play.ts";

const BAD = {
  loseShare: 0.2,
  doubleShare: 0.2,
  reorderShare: 0.2,
  burstShare: 0.1,
  vagueShare: 0.1,
  outageMs: 6 * HOUR_MS,
};

test("the same seed is the same plan, another one is another", () => {
  expect(planOf(aScenario(BAD))).toEqual(planOf(aScenario(BAD)));
  expect(planOf(aScenario({ ...BAD, seed: 2 })).changes).not.toEqual(
    planOf(aScenario(BAD)).changes,
  );
});

test("what goes wrong with the webhooks leaves what happens as it is", () => {
  expect(planOf(aScenario(BAD)).changes).toEqual(planOf(aScenario()).changes);
});

test("each told change since the beginning has a webhook, not before it; the others have none", () => {
  const { changes, deliveries } = planOf(aScenario(BAD));
  const told = changes.flatMap(({ at, step }, place) => (at >= 0 && TOLD.has(step) ? [place] : []));
  const due = deliveries.filter(({ copy }) => copy === 0).map(({ change }) => change);
  expect(due.sort((a, b) => a - b)).toEqual(told);
  for (const { at, change } of deliveries)
    expect(at).toBeGreaterThanOrEqual(changes[change]?.at ?? Number.POSITIVE_INFINITY);
});

test("shares are about what was asked for, and about so many changes are told", () => {
  const scenario = aScenario({ ...BAD, connections: 200, changes: 3_000 });
  const { deliveries } = planOf(scenario);
  const due = deliveries.filter(({ copy }) => copy === 0);
  expect(due.length).toBeWithin(2_200, 3_300);
  expect(due.filter(({ lost }) => lost).length / due.length).toBeWithin(0.16, 0.24);
  const sent = due.filter(({ lost }) => !lost).length;
  expect(deliveries.filter(({ copy }) => copy === 1).length / sent).toBeWithin(0.16, 0.24);
  const vague = deliveries.filter(({ names }) => names !== "token");
  expect(vague.length / deliveries.length).toBeWithin(0.07, 0.13);
});

test("webhooks of one connection overtake each other when some are held back, and never otherwise", () => {
  const overtaken = (reorderShare: number): number => {
    const { changes, deliveries } = planOf(aScenario({ reorderShare }));
    const newest = new Map<number, number>();
    return deliveries.filter(({ change }) => {
      const connection = changes[change]?.connection ?? -1;
      const before = newest.get(connection) ?? -1;
      newest.set(connection, Math.max(before, change));
      return change < before;
    }).length;
  };
  expect(overtaken(0)).toBe(0);
  expect(overtaken(0.3)).toBeGreaterThan(5);
});

test("a life goes from link over exchange to import, is never left updating, and ends once", () => {
  const { changes, identities } = planOf(aScenario({ connections: 200, changes: 2_000 }));
  expect(new Set(identities.map(({ token }) => token)).size).toBe(200);
  const lives = Map.groupBy(changes, ({ connection }) => connection);
  expect(lives.size).toBe(200);
  for (const life of lives.values()) {
    expect(life.slice(0, 2).map(({ step }) => step)).toEqual(["linked", "exchanged"]);
    expect(["imported", "errored"]).toContain(life[2]?.step ?? "");
    expect(life.at(-1)?.condition?.status ?? "gone").not.toMatch(/UPDATING|PENDING/);
    const deaths = life.flatMap(({ step }, place) => (step === "deleted" ? [place] : []));
    expect(deaths.every((place) => place === life.length - 1)).toBe(true);
    for (const [place, { at }] of life.entries())
      if (place > 0) expect(at).toBeGreaterThan(life[place - 1]?.at ?? 0);
  }
  const steps = new Set(changes.map(({ step }) => step));
  expect(steps.size).toBe(10);
});

test("outage, keys and ends of sessions lie within the play", () => {
  const { outage, keyChanges, sessionEnds } = planOf(
    aScenario({ durationMs: 100, outageMs: 20, keys: 3, sessionEnds: 1 }),
  );
  expect(outage).toEqual({ from: 40, until: 60 });
  expect(keyChanges.map(Math.round)).toEqual([33, 67]);
  expect(sessionEnds).toEqual([50]);
  expect(planOf(aScenario()).outage).toBeNull();
});

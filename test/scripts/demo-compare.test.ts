import { expect, test } from "bun:test";
import { type Account, learn } from "../../examples/bank/account.ts";
import { type Found, handlingFaults, stateFaults, tally } from "../../scripts/demo-run/compare.ts";
import type { Truth } from "../../scripts/demo-run/provider.ts";
import { planOf } from "../../src/cli/simulate/plan.ts";
import { FinlinkWorld } from "../../src/cli/simulate/world.ts";
import { aScenario } from "../cli/simulate/play.ts";

/** The demo's proof: whether it can fail. */

const START = Date.UTC(2026, 0, 1);
const SCENARIO = aScenario({ connections: 100, changes: 500 });

function aTruth(): Truth {
  const world = new FinlinkWorld(planOf(SCENARIO), (at) => START + at);
  world.advance(SCENARIO.durationMs);
  return { connections: world.histories() };
}

const TRUTH = aTruth();
type Told = { readonly key: string; readonly type: string; readonly data: unknown };

/** What every connection's history tells, as the preset would. */
const ALL: readonly Told[] = TRUTH.connections.flatMap(({ token, history }) =>
  history.flatMap(({ step, state }, place): Told[] => {
    if (step === "linked" || step === "updating") return [];
    const type = step === "exchanged" ? "created" : step;
    const data = state ?? history[place - 1]?.state;
    return [{ key: token, type: `connection.${type}`, data }];
  }),
);

/** What is found when exactly this was journaled and, unless it says otherwise, handled. */
function foundOf(journaled: readonly Told[], handled = journaled): Found {
  const accounts = new Map<string, Account>();
  for (const { key, type, data } of handled)
    accounts.set(key, learn(accounts.get(key) ?? {}, type, data as Account["known"]));
  const events = journaled.map(({ key, type }, place) => ({
    id: `evt_${String(place).padStart(8, "0")}`,
    source: "bank",
    connection: key,
    type,
    status: "completed" as const,
    dedupeKey: String(place),
    attempts: 1,
    nextAttemptAt: null,
    waitingFor: null,
    error: null,
    origin: place % 4 === 0 ? ("poll" as const) : ("webhook" as const),
    occurredAt: new Date(START + place).toISOString(),
    receivedAt: new Date(START + place + 1_000).toISOString(),
  }));
  return { accounts, events, sweeps: [] };
}

const faults = (here: Found): string[] => [
  ...stateFaults(TRUTH, here),
  ...handlingFaults(TRUTH, here),
];

/** The last that happened to one of the connections, an update. */
const last = ALL.findLastIndex(
  ({ key, type }, place) => type === "connection.updated" && ALL[place + 1]?.key !== key,
);

test("where everything was told and handled once there is nothing wrong", () => {
  expect(ALL.length).toBeGreaterThan(100);
  expect(faults(foundOf(ALL))).toEqual([]);
});

test("a change in the middle that was never told is no fault: a later one stands for it", () => {
  const middle = ALL.findIndex(({ type }) => type === "connection.imported");
  const here = foundOf(ALL.filter((_, place) => place !== middle));
  expect(faults(here)).toEqual([]);
  const before = new Date(0).toISOString();
  expect(tally(TRUTH, before, here).seen).toBe(tally(TRUTH, before, here).changes - 1);
});

test("what was so before the play began is not counted as healed", () => {
  const since = new Date(START + 100).toISOString();
  const told = tally(TRUTH, since, foundOf(ALL));
  expect(told.before).toBe(100);
  expect(told.healed + told.byWebhook).toBe(ALL.length - 100);
  expect(told.healed / (ALL.length - 100)).toBeWithin(0.24, 0.26);
  expect(told.missingMs).toBe(1_000);
});

test("a last change that never came is a difference of state", () => {
  const here = foundOf(ALL.filter((_, place) => place !== last));
  expect(faults(here)).toEqual([expect.stringContaining(`${ALL[last]?.key} is `)]);
});

test("a deleted connection that is still known is a difference of state", () => {
  const deleted = ALL.findIndex(({ type }) => type === "connection.deleted");
  const here = foundOf(ALL.filter((_, place) => place !== deleted));
  expect(faults(here)).toEqual([expect.stringContaining("is gone, and")]);
});

test("what was handled twice, or not at all, is told", () => {
  const twice = ALL.flatMap((each, place) => (place === last ? [each, each] : [each]));
  expect(faults(foundOf(ALL, twice)).join()).toContain("the journal has");
  expect(faults(foundOf(twice)).join()).toContain("twice");
  const middle = ALL.findIndex(({ type }) => type === "connection.imported");
  const without = ALL.filter((_, place) => place !== middle);
  expect(faults(foundOf(ALL, without)).join()).toContain("the journal has");
});

test("what was handled out of order, or never was, is told", () => {
  const own = ALL.filter(({ key }) => key === ALL[last]?.key);
  const others = ALL.filter(({ key }) => key !== ALL[last]?.key);
  expect(faults(foundOf([...others, ...own.toReversed()])).join()).toContain("after a later one");
  const invented = { ...(ALL[last]?.data as object), updatedAt: "2031-01-01T00:00:00.000Z" };
  const here = foundOf([
    ...ALL,
    { key: own[0]?.key ?? "", type: "connection.updated", data: invented },
  ]);
  expect(faults(here).join()).toContain("which never was");
});

test("an event that is not completed is told", () => {
  const here = foundOf(ALL);
  const events = here.events.map((event, place) =>
    place === 0 ? { ...event, status: "failed" as const } : event,
  );
  expect(faults({ ...here, events }).join()).toContain("evt_00000000 is failed");
});

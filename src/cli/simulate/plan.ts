import { type Random, seededRandom } from "../../base/random.ts";
import { type Change, type Identity, lifeOf, TOLD } from "./lives.ts";
import type { Scenario } from "./scenario.ts";

/** One webhook that is due. */
export interface Delivery {
  /** When it is first sent, simulated ms since the beginning. */
  readonly at: number;
  /** Of which change, by its place in the plan. */
  readonly change: number;
  /** 0, and 1 of the second one where it is doubled. */
  readonly copy: number;
  /** Never sent. */
  readonly lost: boolean;
  /** What its payload says about whom it is. */
  readonly names: "token" | "externalId" | "nothing";
}

/** All that will happen, known from the seed before it begins. */
export interface Plan {
  readonly scenario: Scenario;
  readonly identities: readonly Identity[];
  /** In the order of time. */
  readonly changes: readonly Change[];
  /** In the order of time. */
  readonly deliveries: readonly Delivery[];
  readonly outage: { readonly from: number; readonly until: number } | null;
  /** When another key begins to sign. */
  readonly keyChanges: readonly number[];
  /** When all sessions are ended early. */
  readonly sessionEnds: readonly number[];
}

/** Bursts are sent at so many moments of the whole. */
const BURSTS = 40;

/** Pure: the same scenario gives the same plan, and a setting of the webhooks leaves the changes as they are. */
export function planOf(scenario: Scenario): Plan {
  const lives = Array.from({ length: scenario.connections }, (_, index) => lifeOf(index, scenario));
  const changes = lives.flatMap((life) => life.changes).sort((a, b) => a.at - b.at);
  const { durationMs, outageMs } = scenario;
  const middle = (durationMs - outageMs) / 2;
  return {
    scenario,
    identities: lives.map(({ identity }) => identity),
    changes,
    deliveries: changes
      .flatMap((change, place) => deliveriesOf(change, place, scenario))
      .sort((a, b) => a.at - b.at),
    outage: outageMs > 0 ? { from: middle, until: middle + outageMs } : null,
    keyChanges: spread(scenario.keys - 1, durationMs),
    sessionEnds: spread(scenario.sessionEnds, durationMs),
  };
}

function deliveriesOf(change: Change, place: number, scenario: Scenario): Delivery[] {
  if (change.at < 0 || !TOLD.has(change.step)) return [];
  const random = seededRandom(scenario.seed * 7_368_787 + place);
  const [lost, doubled] = [
    random.unit() < scenario.loseShare,
    random.unit() < scenario.doubleShare,
  ];
  const names = random.unit() < scenario.vagueShare ? vague(random) : "token";
  const one = (copy: number): Delivery => ({
    at: dueAt(change.at, scenario, random),
    change: place,
    copy,
    lost,
    names,
  });
  return doubled && !lost ? [one(0), one(1)] : [one(0)];
}

const vague = (random: Random): "externalId" | "nothing" =>
  random.unit() < 0.5 ? "externalId" : "nothing";

function dueAt(at: number, scenario: Scenario, random: Random): number {
  const { durationMs, connections, changes, delayMsMax, reorderShare, burstShare } = scenario;
  let due = at + random.unit() * delayMsMax;
  const intervalMs = (durationMs * connections) / changes;
  if (random.unit() < reorderShare) due += intervalMs * (0.5 + random.unit());
  const everyMs = durationMs / BURSTS;
  if (random.unit() < burstShare) due = Math.ceil(due / everyMs) * everyMs;
  return due;
}

/** `count` moments, evenly between the beginning and the end. */
const spread = (count: number, durationMs: number): number[] =>
  Array.from({ length: count }, (_, index) => (durationMs * (index + 1)) / (count + 1));

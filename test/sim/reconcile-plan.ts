import type { Random } from "../../src/base/random.ts";
import { SCENARIO, type Scenario } from "../../src/cli/simulate/scenario.ts";
import type { ReconcileSettings } from "../../src/config/settings.ts";
import type { Trouble } from "./reconcile-life.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What one seed has a provider and a process go through. Each draws its own: some faults often, some never. */
export interface ReconcilePlan {
  readonly scenario: Scenario;
  readonly reconcile: ReconcileSettings;
  readonly trouble: Trouble;
  /** Deaths at moments of their own, between one commit and the next. */
  readonly kills: number;
  /** How often an operator asks for all connections at once, each by itself. */
  readonly wishes: number;
  readonly downMsMax: number;
  readonly answerMs: number;
}

export function drawReconcilePlan(seed: number, random: Random): ReconcilePlan {
  const sometimes = (most: number): number => (random.unit() < 0.4 ? 0 : random.unit() * most);
  const oneOf = <T>(...values: [T, ...T[]]): T => values[random.below(values.length)] ?? values[0];
  return {
    scenario: {
      ...SCENARIO,
      seed,
      connections: 4 + random.below(14),
      changes: 40 + random.below(60),
      durationMs: oneOf(8, 16, 24) * HOUR_MS,
      loseShare: sometimes(0.5),
      doubleShare: sometimes(0.5),
      reorderShare: sometimes(0.5),
      burstShare: sometimes(0.5),
      vagueShare: sometimes(0.2),
      faultShare: sometimes(0.4),
      outageMs: oneOf(0, 0, 20 * MINUTE_MS, 2 * HOUR_MS),
      sessionEnds: oneOf(0, 0, 3, 20),
      keys: 1 + random.below(3),
    },
    reconcile: {
      everyMs: oneOf(10, 30, 90) * MINUTE_MS,
      overlapMs: MINUTE_MS,
      expect: oneOf(null, null, { everyMs: 2 * HOUR_MS, graceMs: HOUR_MS / 2, alertAfter: 2 }),
      concurrency: 1 + random.below(4),
      perSecond: oneOf(1, 5, 10),
      list: false,
      fetch: false,
    },
    trouble: {
      refusals: sometimes(0.3),
      deaths: sometimes(0.05),
      readFaults: sometimes(0.1),
      commitMs: oneOf(0, 5, 500),
    },
    kills: oneOf(0, 1, 3, 8),
    wishes: oneOf(0, 0, 2, 10),
    downMsMax: oneOf(5_000, 10 * MINUTE_MS, 3 * HOUR_MS),
    answerMs: oneOf(0, 300, 5_000, 25_000),
  };
}

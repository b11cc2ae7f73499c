import type { Random } from "../../src/base/random.ts";

/** What a simulated life may meet. Each seed draws its own: some faults often, some never. */
export interface Plan {
  readonly connections: number;
  readonly actors: number;
  readonly shareEvents: number;
  readonly order: "strict" | "relaxed";
  readonly onStale: "process" | "skip";
  readonly attempts: number;
  /** Chances in [0, 1] at each occasion. */
  readonly alone: number;
  readonly throws: number;
  readonly asksRetry: number;
  readonly skips: number;
  readonly fails: number;
  readonly breaks: number;
  readonly steps: number;
  readonly refusals: number;
  readonly deaths: number;
  readonly readFaults: number;
  readonly operators: number;
  readonly replays: number;
  readonly reloads: number;
  /** Longest delay of a commit, a read, a handler, in ms. */
  readonly commitMs: number;
  readonly readMs: number;
  readonly handlerMs: number;
}

export function drawPlan(random: Random): Plan {
  const sometimes = (most: number): number => (random.unit() < 0.5 ? 0 : random.unit() * most);
  const oneOf = <T>(...values: [T, ...T[]]): T => values[random.below(values.length)] ?? values[0];
  return {
    connections: 1 + random.below(12),
    actors: oneOf(2, 3, 5, 100),
    shareEvents: oneOf(1, 3, 64),
    order: oneOf("strict", "relaxed"),
    onStale: oneOf("process", "process", "skip"),
    attempts: 1 + random.below(4),
    alone: sometimes(0.5),
    throws: sometimes(0.6),
    asksRetry: sometimes(0.3),
    skips: sometimes(0.2),
    fails: sometimes(0.2),
    breaks: sometimes(0.1),
    steps: sometimes(0.5),
    refusals: sometimes(0.5),
    deaths: sometimes(0.05),
    readFaults: sometimes(0.3),
    operators: sometimes(0.5),
    replays: sometimes(0.3),
    reloads: sometimes(0.1),
    commitMs: oneOf(0, 2, 50),
    readMs: oneOf(0, 2, 50),
    handlerMs: oneOf(0, 5, 500, 20_000),
  };
}

/** Nothing goes wrong any more: everything must settle now. */
export const calm = (plan: Plan): Plan => ({
  ...plan,
  throws: 0,
  asksRetry: 0,
  breaks: 0,
  refusals: 0,
  deaths: 0,
  readFaults: 0,
});

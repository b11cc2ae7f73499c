/** What is played. Times are simulated milliseconds; shares are from 0 to 1. The same scenario is the same play. */
export interface Scenario {
  readonly seed: number;
  readonly connections: number;
  /** Changes that a webhook is due for, about. */
  readonly changes: number;
  readonly durationMs: number;
  /** Of the webhooks: never sent. */
  readonly loseShare: number;
  /** Sent twice, as two deliveries. */
  readonly doubleShare: number;
  /** Each is sent up to this much later. */
  readonly delayMsMax: number;
  /** Held back until its connection's next change has likely been told. */
  readonly reorderShare: number;
  /** Held back, and sent together with others. */
  readonly burstShare: number;
  /** Names no connection that can be known: its payload has another shape, or only an `externalId`. */
  readonly vagueShare: number;
  /** Of the calls to the API: answered 500 or 429, or not at all. */
  readonly faultShare: number;
  /** For so long, from the middle on, no call is answered and no webhook is sent; 0: never. */
  readonly outageMs: number;
  /** How often all sessions are ended before their time. */
  readonly sessionEnds: number;
  /** Signs with so many keys, one after the other. */
  readonly keys: number;
  /** After a delivery that was not accepted, the waits before each further try; then it is given up. */
  readonly retriesMs: readonly number[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A day of twenty connections at a provider that does nothing wrong. Its retry period is not documented: this one is short. */
export const SCENARIO: Scenario = {
  seed: 1,
  connections: 20,
  changes: 20,
  durationMs: DAY_MS,
  loseShare: 0,
  doubleShare: 0,
  delayMsMax: MINUTE_MS,
  reorderShare: 0,
  burstShare: 0,
  vagueShare: 0,
  faultShare: 0,
  outageMs: 0,
  sessionEnds: 0,
  keys: 1,
  retriesMs: [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS],
};

/** How many changes a day of each connection makes, which is what the documents say of updates. */
export const changesOf = (connections: number, durationMs: number): number =>
  Math.max(connections, Math.round((connections * durationMs) / DAY_MS));

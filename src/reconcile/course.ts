import type { Clock, Millis } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { ErrorFact, Fact, RequestFact } from "../journal/facts.ts";
import type { SweepId, SweepReason } from "../journal/reconciling.ts";
import type { ApiFault } from "../providers/recovery.ts";
import type { LastCall, PoliteApi } from "./calls/polite-api.ts";
import type { SweepReport } from "./reconciling.ts";

/** What a sweep is, before it has begun. */
export interface Plan {
  readonly id: SweepId;
  readonly source: string;
  readonly why: SweepReason;
  /** One connection's poll; `null`: the source's sweep. */
  readonly connection: string | null;
  /** An operator's own beginning. */
  readonly since: Millis | null;
  /** Connections that a webhook named and nobody knew: what is found of them was not missed. */
  readonly hinted: ReadonlySet<string>;
}

export const newSweepId = (random: Random): SweepId => `swp_${random.text(20)}` as SweepId;

type Swept = Extract<Fact, { kind: "swept" }>;

/** One sweep on its way: what it has found so far, and the facts that say so. */
export class Course {
  readonly plan: Plan;
  readonly startedAt: Millis;
  readonly to: Millis;
  readonly signal: AbortSignal;
  from: Millis | null = null;
  found = 0;
  recovered = 0;
  /** Listed, and nothing that could be journaled. */
  unfit = 0;
  readonly api: PoliteApi;
  readonly #clock: Clock;

  constructor(plan: Plan, api: PoliteApi, clock: Clock, signal: AbortSignal) {
    this.plan = plan;
    this.api = api;
    this.#clock = clock;
    this.signal = signal;
    this.startedAt = clock.now();
    this.to = this.startedAt;
  }

  /** When what is found now is found. */
  now(): Millis {
    return this.#clock.now();
  }

  /** `cursor`: where the source's next sweep begins from now on; `null` leaves it. */
  swept(phase: Swept["phase"], cursor: string | null, error: ErrorFact | null = null): Swept {
    const { id, source, why, connection } = this.plan;
    return {
      kind: "swept",
      at: this.#clock.now(),
      source,
      sweep: id,
      why,
      connection,
      phase,
      cursor,
      startedAt: this.startedAt,
      from: this.from,
      to: this.to,
      found: this.found,
      calls: this.api.calls,
      error,
    };
  }

  report(error: ErrorFact | null): SweepReport {
    const { id, source, why, connection } = this.plan;
    const { startedAt, from, to, found, recovered } = this;
    const phase = error === null ? "done" : "failed";
    const finishedAt = this.#clock.now();
    return {
      id,
      source,
      connection,
      why,
      phase,
      startedAt,
      finishedAt,
      from,
      to,
      found,
      recovered,
      calls: this.api.calls,
      error,
    };
  }
}

/** The call as the request that brought something: its path, and the provider's id of it. */
export function requestOf(last: LastCall | null): RequestFact {
  const { method = "GET", url = "/", host = "", requestId = null } = last ?? {};
  const headers: [string, string][] = requestId === null ? [] : [["x-request-id", requestId]];
  return { method, url, peer: host, headers };
}

export const errorOf = ({ code, detail }: ApiFault): ErrorFact => ({ code, message: detail });

/** The report of a sweep that was stopped while it waited. */
export function neverBegan({ id, source, connection, why }: Plan, now: Millis): SweepReport {
  const error = { code: "aborted", message: "It was stopped before it began." };
  const times = { startedAt: now, finishedAt: now, from: null, to: now };
  const counts = { found: 0, recovered: 0, calls: 0 };
  return { id, source, connection, why, phase: "failed", ...times, ...counts, error };
}

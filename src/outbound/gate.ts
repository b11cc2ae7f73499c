import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { TokenBucket } from "../base/token-bucket.ts";
import type { Journal } from "../journal/journal.ts";
import type { Alarm } from "./alarm.ts";
import { Breaker } from "./breaker.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Verdict } from "./judge.ts";
import type { Lines } from "./lines.ts";

/** However long a subscriber asks to be left alone: the delivery waits as asked, the endpoint this long at most. */
const REST_MS_MAX = 5 * 60_000;
/** While the journal takes nothing, nothing is sent whose outcome could not be kept. */
const PRESSURE_MS = 1_000;

export interface GateDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Pick<Journal, "pressure">;
  readonly lines: Lines;
  readonly alarm: Alarm;
}

/** Why nothing passes right now, and until when, by the monotonic clock; `null`: something may. */
export interface Closed {
  readonly kind: "resting" | "probing" | "throttled";
  readonly until: number | null;
}

/** Decides how many requests to one endpoint may begin now, and rings when there may be more. */
export class Gate {
  readonly #deps: GateDeps;
  readonly #breaker: Breaker;
  #bucket: TokenBucket | null = null;
  /** The subscriber asked for quiet until then. */
  #restUntil = 0;
  /** There is a token again then. */
  #tokenAt = 0;

  constructor(deps: GateDeps) {
    this.#deps = deps;
    this.#breaker = new Breaker(deps.random);
  }

  /** How many of `wanted` may begin: each counts as one request of the endpoint's rate. `wait` is called when sockets are free again. */
  pass(endpoint: Endpoint, wanted: number, inFlight: number, wait: () => void): number {
    const { clock, lines, alarm, journal } = this.#deps;
    const now = clock.monotonic();
    if (wanted <= 0) return 0;
    if (journal.pressure() !== null) return this.#later(PRESSURE_MS);
    if (this.#restUntil === Number.POSITIVE_INFINITY) return 0;
    if (now < this.#restUntil) return this.#later(this.#restUntil - now);
    const healthy = this.#breaker.room(now, inFlight);
    if (healthy === 0 && this.#breaker.state(now) === "open")
      return this.#later(this.#breaker.until - now);
    const allowed = Math.min(wanted, healthy);
    const room = lines.room(allowed, inFlight);
    if (room < allowed) lines.wait(wait);
    let passed = 0;
    while (passed < room && this.#token(endpoint, now, alarm)) passed++;
    return passed;
  }

  note(verdict: Verdict): void {
    const now = this.#deps.clock.monotonic();
    this.#breaker.note(verdict.health, now);
    const restMs = verdict.kind === "retry" ? (verdict.restMs ?? 0) : 0;
    // Until that is journaled nothing more is sent, and afterwards it is disabled.
    if (verdict.kind === "failed" && verdict.gone) this.#restUntil = Number.POSITIVE_INFINITY;
    if (restMs > 0)
      this.#restUntil = Math.max(this.#restUntil, now + Math.min(restMs, REST_MS_MAX));
  }

  /** Somebody says that it works again. */
  open(): void {
    this.#breaker.close();
    this.#restUntil = 0;
  }

  closed(): Closed | null {
    const now = this.#deps.clock.monotonic();
    if (now < this.#restUntil) return { kind: "throttled", until: this.#restUntil };
    const state = this.#breaker.state(now);
    if (state === "open") return { kind: "resting", until: this.#breaker.until };
    if (state === "half_open") return { kind: "probing", until: null };
    return now < this.#tokenAt ? { kind: "throttled", until: this.#tokenAt } : null;
  }

  #later(ms: number): number {
    this.#deps.alarm.within(ms);
    return 0;
  }

  #token({ settings: { rateLimit } }: Endpoint, now: number, alarm: Alarm): boolean {
    if (rateLimit === null) return true;
    if (this.#bucket === null || !sameRate(this.#bucket.rate, rateLimit))
      this.#bucket = new TokenBucket(rateLimit, now);
    const waitMs = this.#bucket.take(now);
    if (waitMs === 0) return true;
    this.#tokenAt = now + waitMs;
    alarm.within(waitMs);
    return false;
  }
}

type Rate = { readonly perSecond: number; readonly burst: number };

const sameRate = (one: Rate, other: Rate): boolean =>
  one.perSecond === other.perSecond && one.burst === other.burst;

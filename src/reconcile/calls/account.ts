import { type Clock, sleep } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { TokenBucket } from "../../base/token-bucket.ts";
import { Breaker } from "./breaker.ts";

export interface Pace {
  readonly concurrency: number;
  readonly perSecond: number;
}

/** Why nobody may call just now, and for how long. */
export interface Resting {
  readonly ms: number;
  readonly why: "breaker" | "asked_to_wait";
}

/** A call that is longer than this in coming is better made by a later sweep. */
const WAIT_MS_MAX = 60_000;

/**
 * One account at a provider: how many calls at a time and a second, and when it is left alone. Shared by
 * all sources that use the same credentials. Nobody jumps the queue.
 */
export class Account {
  readonly #clock: Clock;
  readonly breaker: Breaker;
  #pace: Pace;
  #bucket: TokenBucket;
  #busy = 0;
  readonly #queue: (() => void)[] = [];
  /** The provider asked for it; of the monotonic clock. */
  #waitUntil = 0;

  constructor(clock: Clock, random: Random, pace: Pace) {
    this.#clock = clock;
    this.breaker = new Breaker(random);
    this.#pace = pace;
    this.#bucket = bucketOf(pace, clock);
  }

  /** A new configuration: what is under way goes on. */
  set pace(pace: Pace) {
    if (pace.perSecond !== this.#pace.perSecond) this.#bucket = bucketOf(pace, this.#clock);
    this.#pace = pace;
    this.#next();
  }

  /**
   * Resolves with `null` once a call may be made, which then must `leave()`; or with why not for a long
   * time. With an aborted `signal` it resolves soon, either way.
   */
  async enter(signal: AbortSignal): Promise<Resting | null> {
    await this.#slot();
    const resting = await this.#turn(signal);
    if (resting !== null) this.leave();
    return resting;
  }

  leave(): void {
    this.#busy--;
    this.#next();
  }

  /** The provider wants no calls for so long. */
  wait(ms: number): void {
    this.#waitUntil = Math.max(this.#waitUntil, this.#clock.monotonic() + ms);
  }

  /** How long it is left alone still, ms; `null`: it is not. */
  restMs(): number | null {
    const now = this.#clock.monotonic();
    const asked = this.#waitUntil > now ? this.#waitUntil - now : 0;
    const ms = Math.max(this.breaker.restMs(now) ?? 0, asked);
    return ms > 0 ? ms : null;
  }

  #slot(): Promise<void> {
    if (this.#busy < this.#pace.concurrency) {
      this.#busy++;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  #next(): void {
    while (this.#busy < this.#pace.concurrency) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#busy++;
      next();
    }
  }

  async #turn(signal: AbortSignal): Promise<Resting | null> {
    while (!signal.aborted) {
      const now = this.#clock.monotonic();
      const asked = this.#waitUntil - now;
      if (asked > WAIT_MS_MAX) return { ms: asked, why: "asked_to_wait" };
      const ms = asked > 0 ? asked : this.#bucket.take(now);
      if (ms <= 0) break;
      await sleep(this.#clock, Math.min(ms, WAIT_MS_MAX), signal);
    }
    const pass = this.breaker.enter(this.#clock.monotonic());
    return pass.passes ? null : { ms: pass.ms, why: "breaker" };
  }
}

const bucketOf = ({ perSecond }: Pace, clock: Clock): TokenBucket =>
  new TokenBucket({ perSecond, burst: Math.max(1, Math.floor(perSecond)) }, clock.monotonic());

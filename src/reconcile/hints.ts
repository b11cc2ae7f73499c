import { type Clock, sleep } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { StateRecovery } from "../providers/recovery.ts";
import type { PoliteApi } from "./calls/polite-api.ts";
import { requestOf } from "./course.ts";
import type { Known } from "./known.ts";

export interface HintsDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** A connection was named that nobody knows, or none at all: all are to be looked at, soon. */
  sweep(): void;
  newApi(): PoliteApi;
}

/** Connections that wait to be fetched; beyond them one sweep is cheaper. */
const WAITING_MAX = 10_000;
const UNKNOWN_MAX = 1_000;
/** Under way at a time, most of them waiting for the account's leave. */
const FETCHES_MAX = 64;
const REST_MS_FIRST = 2_000;
const REST_MS_MAX = 120_000;
/** A connection whose fetch is refused for good is left to the next sweep. */
const TRIES_MAX = 8;

/**
 * Connections that webhooks have named, until their state is fetched. However often one is named, it
 * waits once; named while it is being fetched, it is fetched once more, since the answer may be older than
 * the news. What waits is in memory only: after a crash the sweep at the start looks at all.
 *
 * States: `idle` (nothing waits) → `working` (fetches are under way, as many as the account allows) →
 * `idle`; after a failure `working` rests, longer each time, before it goes on.
 */
export class Hints {
  readonly #deps: HintsDeps;
  readonly #known: Known;
  readonly #recovery: StateRecovery;
  /** By key, how often it has failed. */
  readonly #waiting = new Map<string, number>();
  readonly #fetching = new Set<string>();
  readonly #unknown = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  #working = false;
  #failures = 0;

  constructor(deps: HintsDeps, known: Known, recovery: StateRecovery) {
    this.#deps = deps;
    this.#known = known;
    this.#recovery = recovery;
  }

  get waiting(): number {
    return this.#waiting.size + this.#fetching.size;
  }

  /** Resolves once the fetches that are under way have ended: nothing of them is written later. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  add(key: string | null): void {
    if (key === null || (this.#waiting.size >= WAITING_MAX && !this.#waiting.has(key)))
      return this.#deps.sweep();
    this.#waiting.set(key, 0);
    if (!this.#working) void this.#work();
  }

  /** The sweep that was to find them failed: they are for the next. */
  putBack(unknown: ReadonlySet<string>): void {
    for (const key of unknown) this.#unknown.add(key);
  }

  /** What a sweep that begins now should know to be named. */
  takeUnknown(): ReadonlySet<string> {
    const taken = new Set(this.#unknown);
    this.#unknown.clear();
    return taken;
  }

  async #work(): Promise<void> {
    const { clock, signal } = this.#deps;
    this.#working = true;
    while (this.#waiting.size > 0 && !signal.aborted) {
      const page = this.#page();
      if (page.length === 0) await Promise.race(this.#underWay);
      else await this.#begin(page);
      if (this.#failures > 0) await sleep(clock, this.#restMs(), signal);
    }
    this.#working = false;
  }

  /** What can be begun now: a connection that is being fetched waits for its answer first. */
  #page(): [key: string, tries: number][] {
    const page: [string, number][] = [];
    const room = FETCHES_MAX - this.#fetching.size;
    for (const each of this.#waiting) {
      if (page.length >= room) break;
      if (!this.#fetching.has(each[0])) page.push(each);
    }
    return page;
  }

  #restMs(): number {
    const full = Math.min(REST_MS_FIRST * 2 ** (this.#failures - 1), REST_MS_MAX);
    return full * (0.5 + this.#deps.random.unit() / 2);
  }

  async #begin(page: readonly [key: string, tries: number][]): Promise<void> {
    try {
      const known = await this.#known.has(page.map(([key]) => key));
      for (const [index, [key, tries]] of page.entries()) {
        this.#waiting.delete(key);
        if (known[index] === true) this.#start(key, tries);
        else this.#sweepFor(key);
      }
    } catch (error) {
      this.#broke(error);
    }
  }

  #sweepFor(key: string): void {
    if (this.#unknown.size < UNKNOWN_MAX) this.#unknown.add(key);
    this.#deps.sweep();
  }

  #start(key: string, tries: number): void {
    this.#fetching.add(key);
    const fetching: Promise<void> = this.#fetch(key, tries)
      .catch((error: unknown) => {
        this.#broke(error);
        this.#again(key, tries, "internal", String(error));
      })
      .finally(() => {
        this.#fetching.delete(key);
        this.#underWay.delete(fetching);
        // The last to end may be the one that was named again.
        if (!this.#working && this.#waiting.size > 0) void this.#work();
      });
    this.#underWay.add(fetching);
  }

  async #fetch(key: string, tries: number): Promise<void> {
    const question = this.#known.ask();
    try {
      const api = this.#deps.newApi();
      const state = await this.#recovery.fetch(key, api);
      if (!state.ok) {
        this.#failures++;
        return this.#again(key, tries, state.error.code, state.error.detail);
      }
      const request = requestOf(api.last);
      const at = this.#deps.clock.now();
      const told = [{ key, state: state.value }];
      const telling = { at, asked: question, request, origin: "webhook", sweep: null } as const;
      const { crossed } = await this.#known.learn(told, telling, () => []);
      this.#failures = 0;
      for (const again of crossed) this.add(again);
    } finally {
      this.#known.closed(question);
    }
  }

  #broke(error: unknown): void {
    this.#failures++;
    this.#deps.log.warn("hints could not be followed; they are tried again", {
      error: String(error).slice(0, 500),
    });
  }

  #again(key: string, tries: number, code: string, detail: string): void {
    if (this.#deps.signal.aborted) return;
    if (code !== "unavailable" && tries + 1 >= TRIES_MAX) {
      this.#deps.log.warn("a connection cannot be fetched; the next sweep looks at it", {
        connection: key.slice(0, 200),
        code,
        detail: detail.slice(0, 500),
      });
      return;
    }
    if (!this.#waiting.has(key)) this.#waiting.set(key, tries + 1);
  }
}

import { type Clock, type Millis, sleep } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { Turnstile } from "../base/turnstile.ts";
import { exhausted, type Intensity, within } from "./budget.ts";
import type { Child } from "./child.ts";

export interface SupervisorDeps {
  readonly clock: Clock;
  readonly log: Log;
}

export interface SupervisorOptions extends Intensity {
  readonly name: string;
  /** How long one child may take to stop before it is left behind. */
  readonly stopMs: number;
}

const REST_MS_FIRST = 50;
const REST_MS_MAX = 5_000;

/** More restarts than the budget allows. */
export class TooManyRestarts extends Error {
  override readonly name = "TooManyRestarts";
}

/**
 * Supervision as in OTP, one-for-one: children start in order and stop in reverse; one that falls is
 * started again while the others go on; more restarts than `intensity` within `periodMs` stop them all,
 * in reverse, and the supervisor itself falls. Being a child too, it can stand under another one, whose
 * budget then multiplies with its own.
 */
export class Supervisor implements Child {
  readonly name: string;
  readonly #deps: SupervisorDeps;
  readonly #options: SupervisorOptions;
  readonly #children: readonly Child[];
  readonly #turnstile = new Turnstile();
  /** In order of their start. */
  #started: Child[] = [];
  #restarts: Millis[] = [];
  #life = new AbortController();
  #failed: ((reason: unknown) => void) | null = null;

  constructor(deps: SupervisorDeps, options: SupervisorOptions, children: readonly Child[]) {
    this.name = options.name;
    this.#deps = deps;
    this.#options = options;
    this.#children = children;
  }

  /** Rejects with what the first child that does not start rejects with, after stopping those before it. */
  start(failed: (reason: unknown) => void): Promise<void> {
    return this.#turnstile.run(async () => {
      if (this.#failed !== null) return;
      this.#failed = failed;
      this.#restarts = [];
      this.#life = new AbortController();
      for (const child of this.#children) await this.#startFirst(child);
    });
  }

  async #startFirst(child: Child): Promise<void> {
    if (this.#life.signal.aborted) return;
    try {
      await this.#startChild(child);
    } catch (error) {
      this.#life.abort();
      await this.#stopAll();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#life.abort();
    return this.#turnstile.run(() => this.#stopAll());
  }

  async #stopAll(): Promise<void> {
    this.#failed = null;
    for (let child = this.#started.pop(); child !== undefined; child = this.#started.pop()) {
      await this.#stopChild(child);
    }
  }

  async #startChild(child: Child): Promise<void> {
    const { signal } = this.#life;
    let fallen = false;
    await child.start((reason) => {
      if (fallen || signal.aborted) return;
      fallen = true;
      this.#deps.log.error("a part of the process fell", {
        part: child.name,
        reason: text(reason),
      });
      void this.#turnstile.run(() => this.#restart(child, reason, signal));
    });
    if (!this.#started.includes(child)) this.#started.push(child);
  }

  async #stopChild(child: Child): Promise<void> {
    const { clock, log } = this.#deps;
    const over = new AbortController();
    const stopped = child.stop().then(
      () => true,
      (error: unknown) => {
        log.error("a part of the process did not stop cleanly", {
          part: child.name,
          reason: text(error),
        });
        return true;
      },
    );
    const inTime = await Promise.race([
      stopped,
      sleep(clock, this.#options.stopMs, over.signal).then(() => false),
    ]);
    over.abort();
    if (!inTime) log.error("a part of the process did not stop in time", { part: child.name });
  }

  async #restart(child: Child, reason: unknown, life: AbortSignal): Promise<void> {
    let last = reason;
    while (!life.aborted) {
      if (!this.#spend()) return this.#giveUp(child, last);
      await this.#stopChild(child);
      await sleep(this.#deps.clock, this.#restMs(), life);
      if (life.aborted) return;
      try {
        await this.#startChild(child);
        this.#deps.log.info("a part of the process was started again", { part: child.name });
        return;
      } catch (error) {
        last = error;
      }
    }
  }

  /** Whether the budget allows one more restart now. */
  #spend(): boolean {
    const now = this.#deps.clock.monotonic();
    if (exhausted(this.#restarts, now, this.#options)) return false;
    this.#restarts = [...within(this.#restarts, now, this.#options), now];
    return true;
  }

  #restMs(): number {
    return Math.min(REST_MS_FIRST * 2 ** (this.#restarts.length - 1), REST_MS_MAX);
  }

  async #giveUp(child: Child, reason: unknown): Promise<void> {
    const failed = this.#failed;
    const { intensity, periodMs } = this.#options;
    this.#life.abort();
    await this.#stopAll();
    const why = `${child.name} fell more than ${intensity} times in ${periodMs} ms: ${text(reason)}`;
    failed?.(new TooManyRestarts(why, { cause: reason }));
  }
}

const text = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);

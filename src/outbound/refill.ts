import type { Clock, Millis } from "../base/clock.ts";
import { seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { OwedReads } from "../journal/sending.ts";
import type { Alarm } from "./alarm.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Window } from "./window.ts";

const START = seq(0);
/** A reading that failed is repeated after this. */
const AGAIN_MS = 1_000;
/** The wall clock may jump, timers do not: look at least this often for what is due. */
const LOOK_MS_MAX = 60_000;

export interface RefillDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly owed: Pick<OwedReads, "owed" | "owedHeads" | "nextDue">;
  readonly window: Window;
  readonly alarm: Alarm;
  /** Something new is ready. */
  filled(): void;
}

/**
 * Keeps an endpoint's window filled from the journal: one reading at a time, always from the first that is owed, and
 * none while enough is in memory or nothing has changed since the last one.
 */
export class Refill {
  readonly #deps: RefillDeps;
  /** The journal may have more than is in the window. */
  #more = true;
  #reading = false;
  /** Until the alarm rings nothing is read. */
  #held = false;
  #dueAt: Millis | null = null;
  /** Whether `#dueAt` is the next of all: once it has rung, only the journal knows the one after it. */
  #dueKnown = false;

  constructor(deps: RefillDeps) {
    this.#deps = deps;
  }

  /** The time of the next try that was read or heard of; `null`: none is known. */
  get dueAt(): Millis | null {
    return this.#dueAt;
  }

  /** Something may be owed that was not before. */
  wanted(): void {
    this.#more = true;
  }

  /** Likewise, but not at once: the last time did not go well. */
  later(): void {
    this.#more = true;
    this.#held = true;
    this.#deps.alarm.within(AGAIN_MS);
  }

  /** A delivery waits until then. */
  due(at: Millis): void {
    if (this.#dueAt === null || at < this.#dueAt) this.#dueAt = at;
    this.#arm(0);
  }

  /** The alarm rang: is anything due? */
  rang(): void {
    this.#held = false;
    if (this.#dueAt === null) return;
    if (this.#dueAt > this.#deps.clock.now()) return this.#arm(0);
    this.#dueAt = null;
    this.#dueKnown = false;
    this.#more = true;
  }

  /** Reads when fewer than `low` are ready, so that `size` more fit in. */
  fill(endpoint: Endpoint, low: number, size: number): void {
    const { window, log } = this.#deps;
    if (!this.#more || this.#reading || this.#held || window.ready.length >= low) return;
    this.#more = false;
    this.#reading = true;
    window.reading();
    this.#read(endpoint, window.size + size).then(
      () => {
        this.#reading = false;
        this.#deps.filled();
      },
      (error: unknown) => {
        this.#reading = false;
        this.later();
        log.warn("what an endpoint is owed could not be read; asking again", {
          endpoint: endpoint.id,
          error: error instanceof Error ? error.message : String(error),
        });
      },
    );
  }

  async #read({ id, settings }: Endpoint, limit: number): Promise<void> {
    const { clock, owed, window } = this.#deps;
    const lanes = settings.order === "connection";
    const page = lanes
      ? await owed.owedHeads(id, clock.now(), START, limit)
      : await owed.owed(id, clock.now(), START, limit);
    const fresh = window.admit(page.deliveries, lanes);
    if (page.more) this.#more = true;
    if (page.more || (this.#dueKnown && fresh > 0)) return;
    this.#dueKnown = true;
    const at = await owed.nextDue(id);
    if (at !== null && (this.#dueAt === null || at < this.#dueAt)) this.#dueAt = at;
    // What is due and does not come is on its way: being sent, or behind another of its connection.
    this.#arm(AGAIN_MS);
  }

  #arm(atLeastMs: number): void {
    if (this.#dueAt === null) return;
    const waitMs = Math.min(Math.max(this.#dueAt - this.#deps.clock.now(), 0), LOOK_MS_MAX);
    this.#deps.alarm.within(waitMs > 0 ? waitMs : atLeastMs);
  }
}

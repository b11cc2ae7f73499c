import type { Clock, Millis } from "../base/clock.ts";
import { type Seq, seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { OwedDelivery, OwedReads } from "../journal/sending.ts";
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
 * Keeps an endpoint's window filled from the journal: one reading at a time, and none while enough is in memory or
 * nothing has changed since the last one. A backlog is read from where the last page ended; from the first that is
 * owed whenever something before that place may be owed again, and when the end was reached.
 */
export class Refill {
  readonly #deps: RefillDeps;
  /** The journal may have more than is in the window. */
  #more = true;
  #reading = false;
  /** The place in the queue up to which it was read, for the next reading unless that is to begin with the first. */
  #after = START;
  #fromFirst = true;
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

  /** Something may be owed that was not before: at the end of the queue, where it came just now, or before that. */
  wanted(where: "anywhere" | "at the end" = "anywhere"): void {
    this.#more = true;
    if (where === "anywhere") this.#fromFirst = true;
  }

  /** Likewise, but not at once: the last time did not go well. */
  later(): void {
    this.wanted();
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
    const after = this.#fromFirst ? START : this.#after;
    this.#fromFirst = false;
    this.#read(endpoint, after, window.size + size).then(
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

  async #read({ id, settings }: Endpoint, after: Seq, limit: number): Promise<void> {
    const { clock, owed, window } = this.#deps;
    const lanes = settings.order === "connection";
    const page = lanes
      ? await owed.owedHeads(id, clock.now(), START, limit)
      : await owed.owed(id, clock.now(), after, limit);
    const fresh = window.admit(page.deliveries, lanes);
    if (page.more) this.#more = true;
    this.#after = page.more && !lanes ? lastOf(page.deliveries, after) : START;
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

/** What waited for a time comes first in a page, and stands anywhere: it says nothing of the place. */
const lastOf = (page: readonly OwedDelivery[], before: Seq): Seq =>
  page.reduce((last, { made, dueAt }) => (dueAt === null && made > last ? made : last), before);

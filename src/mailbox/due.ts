import type { Clock, Millis } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { MailboxReads, Unit } from "../journal/journal.ts";
import type { Departed, ListNumber } from "./departed.ts";

const POLL_MS = 1_000;
const LIMIT_UNITS = 256;
const LIMIT_UNITS_MAX = 16_384;

export interface DueDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly reads: Pick<MailboxReads, "due">;
  readonly departed: Departed;
  /** `false`: there is no room. */
  admit(unit: Unit): boolean;
}

/**
 * Wakes what sleeps out of memory: once a second the journal is asked whose waiting time is over. Those
 * that are in memory already are listed too, until they are tried; when they fill the whole list, the next
 * one is longer.
 */
export class Due {
  readonly #deps: DueDeps;
  #limit = LIMIT_UNITS;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(deps: DueDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(POLL_MS, () => this.#poll());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #poll(): void {
    const now: Millis = this.#deps.clock.now();
    const list = this.#deps.departed.opened();
    this.#deps.reads.due(now, this.#limit).then(
      (units) => this.#landed(units, list),
      (error: unknown) => this.#broke(error),
    );
  }

  #landed(units: readonly Unit[], list: ListNumber): void {
    if (!this.#stopped) this.#admit(units, list);
    this.#deps.departed.closed();
    this.#again();
  }

  #admit(units: readonly Unit[], list: ListNumber): void {
    for (const unit of units) {
      const departed = unit.kind === "alone" && this.#deps.departed.since(list, unit.item.position);
      if (!departed && !this.#deps.admit(unit)) break;
    }
    const full = units.length >= this.#limit;
    this.#limit = full ? Math.min(this.#limit * 2, LIMIT_UNITS_MAX) : LIMIT_UNITS;
  }

  #broke(error: unknown): void {
    this.#deps.departed.closed();
    this.#deps.log.warn("the list of due work could not be read; asking again", {
      error: error instanceof Error ? error.message : String(error),
    });
    this.#again();
  }

  #again(): void {
    if (!this.#stopped) this.start();
  }
}

import type { Clock } from "../base/clock.ts";
import { seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { MailboxReads, Unit } from "../journal/journal.ts";
import type { Departed, ListNumber } from "./departed.ts";

const PAGE_UNITS = 256;
const AGAIN_MS = 250;

export interface ScanDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly reads: Pick<MailboxReads, "ready">;
  readonly departed: Departed;
  /** Whether a unit could be taken into memory now. */
  room(): boolean;
  /** Takes it into memory, unless it is there. `false`: there is no room. */
  admit(unit: Unit): boolean;
}

/**
 * Finds the work that is not in memory, in rounds. A round walks all units that are ready, from the first
 * to the last, as room allows. Ready units are ordered by when they were last worked on, so that whoever
 * waits longest is met first.
 *
 * Why it finds all: a unit that is out of memory does not move in that order, so that a whole round meets
 * it if it was there when the round began. Whatever comes to be out of memory later says so (`missed`),
 * and then another round follows. Start, crash and overflow are all the same: something was missed.
 */
export class Scan {
  readonly #deps: ScanDeps;
  #missed = true;
  #inRound = false;
  #reading = false;
  #stopped = false;
  #blocked = false;
  #cursor = seq(0);
  #page: readonly Unit[] = [];
  #place = 0;
  #list: ListNumber = 0;
  #lastPage = false;

  constructor(deps: ScanDeps) {
    this.#deps = deps;
  }

  /** Something is ready, or may be, that is not in memory. */
  missed(): void {
    this.#missed = true;
  }

  /** Others wait for a place in memory: whoever comes now must stand in line behind them. */
  get blocked(): boolean {
    return this.#blocked;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Goes on as far as there is room. */
  turn(): void {
    while (this.#wants && this.#deps.room()) {
      if (!this.#inRound) this.#begin();
      else if (this.#place < this.#page.length) this.#admitPage();
      else if (this.#lastPage) this.#inRound = false;
      else this.#read();
    }
    this.#blocked = this.#wants;
  }

  get #wants(): boolean {
    return (this.#inRound || this.#missed) && !this.#reading && !this.#stopped;
  }

  #begin(): void {
    this.#missed = false;
    this.#inRound = true;
    this.#cursor = seq(0);
    this.#lastPage = false;
    this.#page = [];
    this.#place = 0;
  }

  #admitPage(): void {
    while (this.#place < this.#page.length) {
      const unit = this.#page[this.#place];
      if (unit === undefined) break;
      const departed =
        unit.kind === "alone" && this.#deps.departed.since(this.#list, unit.item.position);
      if (!departed && !this.#deps.admit(unit)) return;
      this.#cursor = unit.readySeq;
      this.#place++;
    }
    this.#deps.departed.closed();
  }

  #read(): void {
    this.#reading = true;
    this.#list = this.#deps.departed.opened();
    this.#deps.reads.ready(this.#cursor, PAGE_UNITS).then(
      ({ units }) => this.#landed(units),
      (error: unknown) => this.#broke(error),
    );
  }

  #landed(units: readonly Unit[]): void {
    this.#reading = false;
    this.#page = units;
    this.#place = 0;
    this.#lastPage = units.length < PAGE_UNITS;
    if (units.length === 0) this.#deps.departed.closed();
    this.turn();
  }

  #broke(error: unknown): void {
    this.#deps.departed.closed();
    this.#deps.log.warn("the list of ready work could not be read; asking again", {
      error: error instanceof Error ? error.message : String(error),
      afterMs: AGAIN_MS,
    });
    this.#deps.clock.after(AGAIN_MS, () => {
      this.#reading = false;
      this.turn();
    });
  }
}

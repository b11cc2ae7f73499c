import type { Clock, Millis } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Reads } from "../../journal/journal.ts";
import type { SourceRow } from "../../journal/rows.ts";

/** How often the counters are noted. */
export const SAMPLE_MS = 10_000;
/** An hour of them. */
export const SAMPLES_MAX = 360;

export type Counts = Pick<
  SourceRow,
  "received" | "duplicates" | "pending" | "completed" | "skipped" | "failed"
>;
export interface Sample extends Counts {
  readonly at: Millis;
}

export interface HistoryDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly reads: Pick<Reads, "sources">;
}

/** The counters over the last hour, in memory: what a chart begins with when its page is opened. */
export class StatsHistory {
  readonly #deps: HistoryDeps;
  #samples: Sample[] = [];
  #cancel: () => void = () => {};
  #running = false;

  constructor(deps: HistoryDeps) {
    this.#deps = deps;
  }

  /** Notes the counters now, and from then on at every interval; a start does not wait for the first. */
  start(): void {
    this.#running = true;
    void this.#note();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  /** Oldest first. */
  samples(): readonly Sample[] {
    return this.#samples;
  }

  async #note(): Promise<void> {
    const { clock, log, reads } = this.#deps;
    try {
      const counts = sumOf(await reads.sources());
      this.#samples = [...this.#samples.slice(1 - SAMPLES_MAX), { at: clock.now(), ...counts }];
    } catch (error) {
      // A gap in a chart harms nobody; whatever keeps the counters from being read is told elsewhere too.
      log.debug("the counters could not be noted", { error: String(error) });
    }
    if (this.#running) this.#cancel = clock.after(SAMPLE_MS, () => void this.#note());
  }
}

/** All sources together. */
export function sumOf(rows: readonly SourceRow[]): Counts {
  const sum = (name: keyof Counts): number => rows.reduce((total, row) => total + row[name], 0);
  return {
    received: sum("received"),
    duplicates: sum("duplicates"),
    pending: sum("pending"),
    completed: sum("completed"),
    skipped: sum("skipped"),
    failed: sum("failed"),
  };
}

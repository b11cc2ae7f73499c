import { type Clock, sleep } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Fact } from "../journal/facts.ts";
import { type Journal, JournalRefused } from "../journal/journal.ts";

const PROBE_MS_FIRST = 50;
const PROBE_MS_MAX = 2_000;

export interface RecorderDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Pick<Journal, "record" | "appendTogether">;
}

/**
 * Records what came of a try, however long the journal takes: what was sent is sent, and an outcome that is lost
 * is sent twice. Who records waits for it and does nothing else meanwhile, so what is held is bounded.
 */
export class Recorder {
  readonly #deps: RecorderDeps;
  #refusing = false;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  /** All of it in one commit. `false`: the journal is closed or failing, and the process is ending. */
  async keep(facts: readonly Fact[]): Promise<boolean> {
    for (let probeMs = PROBE_MS_FIRST; ; probeMs = Math.min(probeMs * 2, PROBE_MS_MAX)) {
      try {
        await this.#offer(facts);
        this.#refusing = false;
        return true;
      } catch (error) {
        if (!(error instanceof JournalRefused)) throw error;
        if (error.code === "closed" || error.code === "failing") return false;
        this.#complain(error.code);
        await sleep(this.#deps.clock, probeMs);
      }
    }
  }

  async #offer(facts: readonly Fact[]): Promise<void> {
    const [first] = facts;
    if (first !== undefined && facts.length === 1) await this.#deps.journal.record(first);
    else await this.#deps.journal.appendTogether([], facts);
  }

  #complain(code: string): void {
    if (this.#refusing) return;
    this.#refusing = true;
    this.#deps.log.warn(
      "the journal refuses; outcomes of deliveries are held until it takes them",
      {
        code,
      },
    );
  }
}

import type { Clock } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Fact } from "../journal/facts.ts";
import { type Journal, JournalRefused } from "../journal/journal.ts";

interface Waiting {
  readonly fact: Fact;
  readonly taken: (at: Seq) => void;
  readonly failed: (error: unknown) => void;
}

const PROBE_MS_FIRST = 50;
const PROBE_MS_MAX = 2_000;

/**
 * Records facts that must not be lost because the disk is full or the journal is busy: what it refuses is
 * held, in order, and offered again until it is taken. While something is held, one fact at a time probes.
 * Held facts are bounded by who calls: an actor records one thing and waits.
 * When the journal is closed or failing the process is ending; then nobody is answered any more.
 */
export class Recorder {
  readonly #journal: Pick<Journal, "record">;
  readonly #clock: Clock;
  readonly #log: Log;
  #held: Waiting[] = [];
  #probeMs = PROBE_MS_FIRST;
  #probing = false;
  #closed = false;

  constructor(deps: { journal: Pick<Journal, "record">; clock: Clock; log: Log }) {
    this.#journal = deps.journal;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** The journal takes nothing any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Facts that wait for the journal to take them. */
  get held(): number {
    return this.#held.length;
  }

  /** `failed` hears only of what is neither a refusal nor a closed journal. */
  record(fact: Fact, taken: (at: Seq) => void, failed: (error: unknown) => void): void {
    const waiting: Waiting = { fact, taken, failed };
    if (this.#held.length > 0) this.#held.push(waiting);
    else this.#offer(waiting, false);
  }

  #offer(waiting: Waiting, probes: boolean): void {
    this.#journal.record(waiting.fact).then(
      (at) => {
        this.#release();
        waiting.taken(at);
      },
      (error: unknown) => this.#refused(waiting, probes, error),
    );
  }

  #refused(waiting: Waiting, probes: boolean, error: unknown): void {
    if (!(error instanceof JournalRefused)) {
      waiting.failed(error);
      this.#release();
      return;
    }
    if (error.code === "closed" || error.code === "failing") {
      this.#closed = true;
      this.#held = [];
      return;
    }
    if (this.#held.length === 0 && !probes) {
      this.#log.warn("the journal refuses; outcomes are held until it takes them", {
        code: error.code,
      });
    }
    if (probes) this.#held.unshift(waiting);
    else this.#held.push(waiting);
    this.#probeLater();
  }

  #probeLater(): void {
    if (this.#probing || this.#closed) return;
    this.#probing = true;
    this.#clock.after(this.#probeMs, () => this.#probe());
    this.#probeMs = Math.min(this.#probeMs * 2, PROBE_MS_MAX);
  }

  #probe(): void {
    this.#probing = false;
    const first = this.#held.shift();
    if (first !== undefined && !this.#closed) this.#offer(first, true);
  }

  /** Something was taken: the rest may go too. */
  #release(): void {
    this.#probeMs = PROBE_MS_FIRST;
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const waiting of held) this.#offer(waiting, false);
  }
}

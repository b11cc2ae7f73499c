import { type Clock, sleep } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { JournalRefused, ReadRefused, type Reads } from "../journal/journal.ts";
import type { QuarantineId, QuarantineStore } from "../journal/quarantine.ts";
import type { Releases } from "./releases.ts";

export interface HeldDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly reads: Pick<Reads, "quarantineIds">;
  readonly store: Pick<QuarantineStore, "condemn">;
  readonly releases: Pick<Releases, "release">;
}

/** Between two rounds; longer each time that nothing could be let in. */
const WAIT_MS_MIN = 5_000;
const WAIT_MS_MAX = 60_000;
const PAGE = 200;
/** A question to a provider may take longer than a shutdown can wait. */
const STOP_MS_MAX = 1_000;

/** Failures that say nothing about the request: it goes on waiting, and so does the rest of its source. */
const PASSING: ReadonlySet<string> = new Set(["keys_unavailable", "unknown_source"]);

/**
 * Verifies what is held, oldest first, until none is left: what proves true is let in, what proves false
 * stays in the quarantine like any forgery. Sources do not wait for each other.
 *
 * States: `idle` (nothing is held) → `waiting` (a timer runs) → `running` (a round) → `waiting` or `idle`;
 * any → `stopped`.
 */
export class HeldRequests {
  readonly #deps: HeldDeps;
  #state: "idle" | "waiting" | "running" | "stopped" = "idle";
  #waitMs = WAIT_MS_MIN;
  #again = false;
  #cancel: () => void = () => {};
  #round: Promise<void> = Promise.resolve();

  constructor(deps: HeldDeps) {
    this.#deps = deps;
  }

  /** What an earlier life of the process has held is looked at at once. */
  start(): void {
    this.#wait(0);
  }

  /** Something is held from now on. */
  nudge(): void {
    if (this.#state === "idle") this.#wait(WAIT_MS_MIN);
    else this.#again = true;
  }

  /** What is being verified gets a second to end; else the journal refuses it, and the next life looks again. */
  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#cancel();
    const ended = new AbortController();
    await Promise.race([this.#round, sleep(this.#deps.clock, STOP_MS_MAX, ended.signal)]);
    ended.abort();
  }

  #wait(delayMs: number): void {
    this.#state = "waiting";
    this.#cancel = this.#deps.clock.after(delayMs, () => {
      this.#state = "running";
      this.#again = false;
      this.#round = this.#run();
    });
  }

  async #run(): Promise<void> {
    const { left, done } = await this.#pass().catch((error: unknown) => {
      this.#deps.log.warn("held requests could not be verified; they are tried again", {
        error: String(error).slice(0, 500),
      });
      return { left: 1, done: 0 };
    });
    if (this.#stopped) return;
    this.#waitMs = done > 0 ? WAIT_MS_MIN : this.#waitMs;
    if (left === 0 && !this.#again) {
      this.#waitMs = WAIT_MS_MIN;
      this.#state = "idle";
      return;
    }
    this.#wait(this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, WAIT_MS_MAX);
  }

  /** One look at everything that is held. Rejects when it cannot be read or journaled. */
  async #pass(): Promise<{ left: number; done: number }> {
    const resting = new Set<string>();
    let [left, done] = [0, 0];
    let after: QuarantineId | null = null;
    for (;;) {
      const page: Awaited<ReturnType<Reads["quarantineIds"]>> =
        await this.#deps.reads.quarantineIds({ held: true }, after, PAGE);
      for (const { id, source } of page) {
        if (this.#stopped) return { left, done };
        const came = resting.has(source) ? "rests" : await this.#one(id);
        if (came === "done") done++;
        else left++;
        if (came === "rests") resting.add(source);
      }
      after = page.at(-1)?.id ?? null;
      if (page.length < PAGE) return { left, done };
    }
  }

  /** `rests`: nothing of its source can be verified now. `broken`: it alone waits for another round. */
  async #one(id: QuarantineId): Promise<"done" | "rests" | "broken"> {
    try {
      const outcome = await this.#deps.releases.release(id, false);
      if (outcome.status !== "still_failing") return "done";
      if (PASSING.has(outcome.code)) return "rests";
      await this.#deps.store.condemn(id, outcome.code, outcome.detail);
      this.#deps.log.warn("a held request failed verification", { id, code: outcome.code });
      return "done";
    } catch (error) {
      if (error instanceof JournalRefused || error instanceof ReadRefused) throw error;
      if (this.#stopped) return "rests";
      // One request on which our own code breaks must not keep the others.
      this.#deps.log.error("verifying a held request broke", { id, error: String(error) });
      return "broken";
    }
  }

  /** Read anew after each wait: meanwhile it may have been stopped. */
  get #stopped(): boolean {
    return this.#state === "stopped";
  }
}

import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { TokenBucket } from "../../base/token-bucket.ts";
import type { ActedFact } from "../../journal/audit.ts";
import type { Journal } from "../../journal/journal.ts";

export interface TrailDeps {
  readonly journal: Pick<Journal, "record">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Lines of refused logins: strangers write them, so that they are few. What gets none is counted in the next. */
export const REFUSED_RATE = { perSecond: 0.1, burst: 20 } as const;

/**
 * The audit log's writing side. A line follows what it tells of: had it to come first, a full disk would keep
 * operators from what would make room. When the journal does not take the line, the action stands as it
 * was answered (an answer that denied it would make the caller do it twice), and the line goes to the
 * process' log instead, whole.
 */
export class AuditTrail {
  readonly #deps: TrailDeps;
  readonly #refusals: TokenBucket;
  #untold = 0;

  constructor(deps: TrailDeps) {
    this.#deps = deps;
    this.#refusals = new TokenBucket(REFUSED_RATE, deps.clock.monotonic());
  }

  /** Resolves once the line is journaled, or cannot be. Never rejects. */
  acted(line: Omit<ActedFact, "kind" | "at" | "times">): Promise<void> {
    return this.#write({ ...line, times: 1 });
  }

  /** A key that nobody has was tried. Nobody waits for the line. */
  refused(action: string, status: number, peer: string | null): void {
    if (this.#refusals.take(this.#deps.clock.monotonic()) > 0) {
      this.#untold++;
      return;
    }
    const times = this.#untold + 1;
    this.#untold = 0;
    const who = { by: "nobody", name: null, via: "key" } as const;
    void this.#write({ ...who, action, target: {}, outcome: "refused", status, peer, times });
  }

  async #write(line: Omit<ActedFact, "kind" | "at">): Promise<void> {
    const { journal, clock, log } = this.#deps;
    try {
      await journal.record({ kind: "acted", at: clock.now(), ...line });
    } catch (error) {
      const { target, ...fields } = line;
      log.error("a line of the audit log could not be journaled", {
        ...fields,
        target: JSON.stringify(target),
        error: String(error),
      });
    }
  }
}

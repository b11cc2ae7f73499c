import type { Seq } from "../base/ids.ts";
import type { LoadedEvent } from "../journal/journal.ts";
import type { Outcome } from "../outcome/outcome.ts";

/** One run of a handler on one event. */
export interface Job {
  readonly event: LoadedEvent;
  readonly position: Seq;
  /** From 1. */
  readonly attempt: number;
  /** The connection's state as JSON text; `null` when it has none yet. */
  readonly state: string | null;
  readonly stale: boolean;
  readonly timeoutMs: number;
}

export type { Outcome };

/**
 * Runs the team's code. Never rejects and always answers: a host that loops, dies or leaks is its own
 * business, and an innocent job that was running beside a guilty one is run again without an answer for it.
 */
export interface Handlers {
  /** `stepped` must resolve before the step's result is given to the handler: it is then journaled. */
  run(job: Job, stepped: (name: string, result: string) => Promise<void>): Promise<Outcome>;
}

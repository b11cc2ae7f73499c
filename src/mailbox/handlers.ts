import type { Emitted, ErrorFact } from "../journal/facts.ts";
import type { LoadedEvent } from "../journal/journal.ts";
import type { Seq } from "../base/ids.ts";

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

/** What came of a run, as a value. The actor alone decides what follows from it. */
export type Outcome =
  /** `state`: JSON text, `null` when unchanged. */
  | { readonly kind: "completed"; readonly state: string | null; readonly emitted: readonly Emitted[] }
  | { readonly kind: "skipped"; readonly reason: string; readonly state: string | null; readonly emitted: readonly Emitted[] }
  /** `ctx.retry({ after })`; `afterMs` null: by the policy. */
  | { readonly kind: "retry"; readonly afterMs: number | null; readonly error: ErrorFact }
  /** `ctx.fail(reason)`: dead letter now. */
  | { readonly kind: "failed"; readonly reason: string; readonly error: ErrorFact }
  /** The payload does not validate against the source's schema: dead letter, no handler ran. */
  | { readonly kind: "invalid"; readonly error: ErrorFact }
  /** Threw, timed out, exhausted memory, ended its host: counts as an attempt. */
  | { readonly kind: "threw"; readonly error: ErrorFact };

/**
 * Runs the team's code. Never rejects and always answers: a host that loops, dies or leaks is its own
 * business, and an innocent job that was running beside a guilty one is run again without an answer for it.
 */
export interface Handlers {
  /** `stepped` must resolve before the step's result is given to the handler: it is then journaled. */
  run(job: Job, stepped: (name: string, result: string) => Promise<void>): Promise<Outcome>;
}

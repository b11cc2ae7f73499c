import type { Emitted, ErrorFact } from "../journal/facts.ts";

/** What came of a handler's run, as a value. What follows from it is judged by `judge`. */
export type Outcome =
  /** `state`: JSON text, `null` when unchanged. */
  | {
      readonly kind: "completed";
      readonly state: string | null;
      readonly emitted: readonly Emitted[];
    }
  | {
      readonly kind: "skipped";
      readonly reason: string;
      readonly state: string | null;
      readonly emitted: readonly Emitted[];
    }
  /** `ctx.retry({ after })`; `afterMs` null: by the policy. */
  | { readonly kind: "retry"; readonly afterMs: number | null; readonly error: ErrorFact }
  /** `ctx.fail(reason)`: dead letter now. */
  | { readonly kind: "failed"; readonly reason: string; readonly error: ErrorFact }
  /** The payload does not validate against the source's schema: dead letter, no handler ran. */
  | { readonly kind: "invalid"; readonly error: ErrorFact }
  /** Threw, timed out, exhausted memory, ended its host: counts as an attempt. */
  | { readonly kind: "threw"; readonly error: ErrorFact };

import type { Millis } from "../base/clock.ts";
import type { Result } from "../base/result.ts";
import type { ErrorFact } from "../journal/facts.ts";
import type { SweepId, SweepReason } from "../journal/reconciling.ts";

export type ReconcileRefusalCode =
  /** No such source. */
  | "not_found"
  /** Nothing can be asked: the provider offers nothing, the configuration lacks what it takes, or it says `reconcile: false`. */
  | "not_offered"
  /** The process ends, or a new configuration is taken: ask again. */
  | "stopped";

/** Why the provider is not asked, for whoever wanted it. */
export interface ReconcileRefusal {
  readonly code: ReconcileRefusalCode;
  /** A sentence with the remedy. */
  readonly detail: string;
}

/** A sweep, or the poll of one connection, once it is over. */
export interface SweepReport {
  readonly id: SweepId;
  readonly source: string;
  readonly connection: string | null;
  readonly why: SweepReason;
  readonly phase: "done" | "failed";
  readonly startedAt: Millis;
  readonly finishedAt: Millis;
  /** The gap that it covers; `null`: there is none to speak of, since states and not times are compared. */
  readonly from: Millis | null;
  readonly to: Millis;
  /** Items listed by the provider, or differences found. */
  readonly found: number;
  /** Events among them that nothing had brought before. */
  readonly recovered: number;
  readonly calls: number;
  readonly error: ErrorFact | null;
}

/** A wish that is granted: it is under way, or next. */
export interface Asked {
  readonly id: SweepId;
  /** Never rejects. */
  readonly finished: Promise<SweepReport>;
}

export type SourceActivity = "idle" | "sweeping" | "resting";

/** One source, as to asking its provider, right now; what is past is in the journal. */
export interface SourceReconciling {
  readonly source: string;
  /** `null`: it can be asked. Else why not, in a sentence with the remedy. */
  readonly lacks: string | null;
  readonly kind: "list" | "state" | null;
  /** `resting`: the last sweep failed, and the next try is at `nextAt`. */
  readonly activity: SourceActivity;
  /** The next sweep by itself; `null`: only on demand. */
  readonly nextAt: Millis | null;
  /** Connections whose state is to be fetched. */
  readonly hintsWaiting: number;
  /** Calls to the provider since the process started, and how many had to be repeated or failed. */
  readonly calls: number;
  readonly callsFailed: number;
  /** Until when the provider is left alone; `null`: it is not. */
  readonly restsUntil: Millis | null;
  /** Connections that are silent for longer than is put up with. */
  readonly silent: number;
}

/** What operators can do about reconciliation. */
export interface Reconciling {
  states(): readonly SourceReconciling[];
  /**
   * Asks for everything that the source should have brought, from where the last sweep ended, or since a
   * moment of the operator's choice (list-type providers only; not before dedupe keys are kept).
   */
  sweep(
    source: string,
    options?: { readonly since?: Millis | undefined },
  ): Result<Asked, ReconcileRefusal>;
  /** Asks for one connection. */
  poll(source: string, key: string): Result<Asked, ReconcileRefusal>;
}

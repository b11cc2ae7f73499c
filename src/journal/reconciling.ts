import type { Millis } from "../base/clock.ts";
import type { ErrorFact, Page, SweepId } from "./terms.ts";

export type { SweepId } from "./terms.ts";

/**
 * The vocabulary of reconciliation: asking a provider for what should have come. What is found is an
 * ordinary request of origin `poll` that bears its sweep's id, so that what is new among it counts as healed.
 */

/** Why the provider was asked. `hint`: a webhook named no connection that is known, or one whose state must be fetched. */
export type SweepReason = "start" | "schedule" | "demand" | "deadline" | "hint";

export type ReconcilingFact =
  /**
   * How far a sweep is: journaled together with what its last page brought, the whole of it, last one
   * wins. A poll of one connection is a sweep with `connection`.
   */
  | {
      readonly kind: "swept";
      readonly at: Millis;
      readonly source: string;
      readonly sweep: SweepId;
      readonly why: SweepReason;
      /** One connection's poll; `null`: the source's sweep. */
      readonly connection: string | null;
      readonly phase: "page" | "done" | "failed";
      /** Where the source's next sweep begins; `null` leaves it. Opaque, at most 4 KiB. */
      readonly cursor: string | null;
      readonly startedAt: Millis;
      /** The gap that it covers. */
      readonly from: Millis | null;
      readonly to: Millis;
      /** Items that the provider listed so far, and calls made to it. */
      readonly found: number;
      readonly calls: number;
      readonly error: ErrorFact | null;
    }
  /** A connection's state at the provider, as last fetched: JSON text; `null`: it is gone. */
  | {
      readonly kind: "snapshot";
      readonly at: Millis;
      readonly source: string;
      readonly key: string;
      readonly snapshot: string | null;
    }
  /** By when connections are expected to have had an event; `null`: not expected any more. Last one wins. */
  | {
      readonly kind: "expected";
      readonly at: Millis;
      readonly source: string;
      readonly deadlines: readonly {
        readonly key: string;
        readonly by: Millis | null;
        /** Deadlines passed in a row whose poll brought nothing new. */
        readonly misses: number;
      }[];
    };

export interface SweepRow {
  readonly id: SweepId;
  readonly source: string;
  readonly why: SweepReason;
  readonly connection: string | null;
  readonly phase: "page" | "done" | "failed";
  readonly startedAt: Millis;
  readonly finishedAt: Millis | null;
  readonly from: Millis | null;
  readonly to: Millis;
  readonly found: number;
  readonly calls: number;
  /** Events among them that no webhook had brought. */
  readonly recovered: number;
  /** From when they happened until they were recovered, of those that say when: ms. */
  readonly missingMsMax: number;
  readonly missingMsSum: number;
  readonly error: ErrorFact | null;
}

/** What one sweep recovered of one connection. */
export interface HealedRow {
  readonly connection: string | null;
  readonly recovered: number;
  readonly missingMsMax: number;
}

export interface ReconcileState {
  readonly source: string;
  readonly cursor: string | null;
  /** When the last whole sweep ended well. */
  readonly lastSweptAt: Millis | null;
  readonly lastSweep: SweepRow | null;
  /** Ever, over all sweeps. */
  readonly recovered: number;
}

export interface DeadlineRow {
  readonly source: string;
  readonly key: string;
  readonly by: Millis;
  readonly misses: number;
  readonly lastEventAt: Millis | null;
}

/** What operators and reconcilers read; bounded, and up to date like all reads. */
export interface ReconcileReads {
  /** Newest first. */
  sweeps(
    filter: { source?: string; connection?: string; recovered?: boolean },
    page: { limit: number; cursor: string | null },
  ): Promise<Page<SweepRow>>;
  sweep(id: SweepId): Promise<SweepRow | null>;
  /** The hundred connections with most recovered. */
  healed(sweep: SweepId): Promise<readonly HealedRow[]>;
  reconcileState(source: string): Promise<ReconcileState>;
  snapshots(source: string, keys: readonly string[]): Promise<readonly (string | null)[]>;
  /** Keys that have a snapshot, in order, after `after`: what a sweep compares the provider's list with. */
  snapshotKeys(source: string, after: string, limit: number): Promise<readonly string[]>;
  /** Deadlines that passed by `now`, the longest overdue first. */
  overdue(source: string, now: Millis, limit: number): Promise<readonly DeadlineRow[]>;
  /** Connections of a source of which nothing was ever expected, by their number after `after`. */
  unexpected(
    source: string,
    after: number,
    limit: number,
  ): Promise<readonly { number: number; key: string; lastEventAt: Millis | null }[]>;
  deadline(source: string, key: string): Promise<DeadlineRow | null>;
  /** The earliest deadline of a source. */
  nextDeadline(source: string): Promise<Millis | null>;
}

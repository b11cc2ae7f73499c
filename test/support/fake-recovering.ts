import type { Recovering } from "../../src/admin/deps.ts";
import { err, ok } from "../../src/base/result.ts";
import type { ReconcileState, SweepId, SweepRow } from "../../src/journal/reconciling.ts";
import type { ReconcileRefusal, SourceReconciling } from "../../src/reconcile/reconciling.ts";

export const SWEEP = "swp_1" as SweepId;
const AT = Date.parse("2026-03-01T08:30:00Z");

/** Reconciliation as the API sees it: notes what is asked, and knows one sweep and one source, `bank`. */
export class FakeRecovering implements Recovering {
  readonly calls: unknown[][] = [];
  readonly filters: unknown[] = [];
  refusal: ReconcileRefusal | null = null;
  rows: SweepRow[] = [aSweep()];

  readonly reconciling: Recovering["reconciling"] = {
    states: () => [STATE],
    sweep: (...args) => this.#asked("sweep", args),
    poll: (...args) => this.#asked("poll", args),
  };

  readonly reads = {
    sweeps: async (filter: unknown) => {
      this.filters.push(filter);
      return { rows: this.rows, nextCursor: null };
    },
    sweep: async (id: SweepId) => this.rows.find((row) => row.id === id) ?? null,
    healed: async () => [{ connection: "c1", recovered: 2, missingMsMax: 60_000 }],
    reconcileState: async (source: string): Promise<ReconcileState> => ({
      source,
      cursor: "evt_last",
      lastSweptAt: AT,
      lastSweep: aSweep(),
      recovered: 7,
    }),
  } as unknown as Recovering["reads"];

  #asked(name: string, args: readonly unknown[]) {
    this.calls.push([name, ...args]);
    if (this.refusal !== null) return err(this.refusal);
    return ok({ id: SWEEP, finished: new Promise<never>(() => {}) });
  }
}

const STATE: SourceReconciling = {
  source: "bank",
  lacks: null,
  kind: "list",
  activity: "idle",
  nextAt: AT,
  hintsWaiting: 0,
  calls: 12,
  callsFailed: 1,
  restsUntil: null,
  silent: 0,
};

export function aSweep(over: Partial<SweepRow> = {}): SweepRow {
  return {
    id: SWEEP,
    source: "bank",
    why: "demand",
    connection: null,
    phase: "done",
    startedAt: AT,
    finishedAt: AT + 1000,
    from: AT - 60_000,
    to: AT,
    found: 10,
    calls: 2,
    recovered: 2,
    missingMsMax: 60_000,
    missingMsSum: 90_000,
    error: null,
    ...over,
  };
}

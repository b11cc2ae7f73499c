import type { SourceSettings } from "../../config/settings.ts";
import type { ReconcileState, SweepRow } from "../../journal/reconciling.ts";
import type { SourceReconciling } from "../../reconcile/reconciling.ts";
import { iso } from "../answers.ts";
import { durationText } from "../endpoints/view.ts";
import type { ReconcileView, SweepView } from "./schemas.ts";

export function sweepView(row: SweepRow): SweepView {
  return {
    id: row.id,
    source: row.source,
    connection: row.connection,
    why: row.why,
    status: row.phase === "page" ? "running" : row.phase,
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
    from: iso(row.from),
    to: iso(row.to),
    found: row.found,
    recovered: row.recovered,
    calls: row.calls,
    missingMsMax: row.missingMsMax,
    missingMsMean: row.recovered === 0 ? null : Math.round(row.missingMsSum / row.recovered),
    error: row.error,
  };
}

/** What is past comes from the journal, what is now from the reconciler. */
export function reconcileView(
  now: SourceReconciling,
  past: ReconcileState,
  settings: SourceSettings | null,
): ReconcileView {
  const everyMs = settings?.reconcile?.everyMs ?? null;
  return {
    lacks: now.lacks,
    kind: now.kind,
    activity: now.activity,
    every: everyMs === null ? null : durationText(everyMs),
    nextAt: iso(now.nextAt),
    cursor: past.cursor,
    lastSweptAt: iso(past.lastSweptAt),
    lastSweep: past.lastSweep === null ? null : sweepView(past.lastSweep),
    recovered: past.recovered,
    calls: now.calls,
    callsFailed: now.callsFailed,
    restsUntil: iso(now.restsUntil),
    silent: now.silent,
  };
}

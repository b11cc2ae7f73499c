import type { EventFact } from "../facts.ts";
import type { ReconcilingFact, SweepId } from "../reconciling.ts";
import { whole } from "./codes.ts";
import type { LogRow } from "./log-row.ts";
import type { Tables } from "./tables.ts";

/** What is said of asking providers. */
export function applyReconciling(row: LogRow, fact: ReconcilingFact, tables: Tables): void {
  const source = tables.sources.named(fact.source);
  source.dirty = true;
  switch (fact.kind) {
    case "swept":
      return applySwept(row, fact, source.id, tables);
    case "snapshot":
      return tables.reconciled.putSnapshot(source.id, fact.key, fact.snapshot);
    case "expected":
      for (const { key, by, misses } of fact.deadlines)
        tables.reconciled.putDeadline(source.id, key, whole(by), whole(misses) ?? 0);
  }
}

function applySwept(
  row: LogRow,
  fact: Extract<ReconcilingFact, { kind: "swept" }>,
  sourceId: number,
  tables: Tables,
): void {
  const sweep = tables.reconciled.sweep(fact.sweep, sourceId, row.at_ms);
  sweep.why = fact.why;
  sweep.connection = fact.connection;
  sweep.phase = fact.phase;
  sweep.started_ms = whole(fact.startedAt) ?? row.at_ms;
  sweep.finished_ms = fact.phase === "page" ? null : row.at_ms;
  sweep.from_ms = whole(fact.from);
  sweep.to_ms = whole(fact.to) ?? row.at_ms;
  sweep.found = whole(fact.found) ?? 0;
  sweep.calls = whole(fact.calls) ?? 0;
  sweep.error = fact.error === null ? null : JSON.stringify(fact.error);
  const source = tables.reconciled.source(sourceId);
  if (fact.cursor !== null) source.cursor = fact.cursor;
  if (fact.connection !== null) return;
  source.last_sweep_id = sweep.id;
  if (fact.phase === "done") source.swept_ms = row.at_ms;
}

/** A sweep's request brought an event that was new. */
export function heal(
  row: LogRow,
  sweepId: SweepId,
  event: EventFact,
  sourceId: number,
  connectionId: number | null,
  tables: Tables,
): void {
  const sweep = tables.reconciled.sweep(sweepId, sourceId, row.at_ms);
  const occurred = whole(event.occurredAt);
  const missingMs = occurred === null ? null : Math.max(0, row.at_ms - occurred);
  tables.reconciled.recovered(sweep, connectionId, missingMs);
}

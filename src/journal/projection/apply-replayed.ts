import { isHandled } from "../emitted.ts";
import type { Fact } from "../facts.ts";
import { addWork, connectionOf } from "./apply.ts";
import { originName, STATUS } from "./codes.ts";
import type { EventState } from "./events.ts";
import type { LogRow } from "./log-row.ts";
import type { Tables } from "./tables.ts";

/** Settled events go to their handlers again; what has none stays as it is. */
export function applyReplayed(
  row: LogRow,
  fact: Extract<Fact, { kind: "replayed" }>,
  tables: Tables,
): void {
  for (const [index, seq] of fact.events.entries()) {
    const event = tables.events.event(seq);
    if (event === null || event.status === STATUS.pending) continue;
    if (!isHandled(originName(event.origin))) continue;
    keepLastAttempt(event, tables);
    const source = tables.sources.numbered(event.source_id);
    source[statusField(event.status)]--;
    source.dirty = true;
    event.status = STATUS.pending;
    event.settled_ms = null;
    event.attempts = 0;
    event.position = row.seq + index;
    event.started_ms = null;
    event.duration_ms = null;
    event.error = null;
    event.reason = null;
    event.replays++;
    addWork(row.seq + index, seq, source.id, connectionOf(event, tables), tables);
  }
  if (fact.job !== null) tables.advanceJob(fact.job, fact.events.length, fact.events.at(-1) ?? 0);
}

/** The attempt that settled an event stands in its row; before a replay it moves among the others. */
function keepLastAttempt(event: EventState, tables: Tables): void {
  if (event.attempts === 0) return;
  tables.attempt(
    event.seq,
    event.position,
    event.attempts,
    event.started_ms,
    event.duration_ms ?? 0,
    event.status,
    event.error,
    null,
  );
}

function statusField(status: number): "completed" | "skipped" | "failed" {
  return status === STATUS.completed
    ? "completed"
    : status === STATUS.skipped
      ? "skipped"
      : "failed";
}

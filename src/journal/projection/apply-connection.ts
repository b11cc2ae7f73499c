import type { Fact } from "../facts.ts";
import { CONNECTION } from "./codes.ts";
import type { LogRow } from "./log-row.ts";
import { schedule } from "./schedule.ts";
import type { Tables } from "./tables.ts";

type Of<K extends Fact["kind"]> = Extract<Fact, { kind: K }>;

/** What operators and supervision do to a connection. */
export function applyConnection(
  row: LogRow,
  fact: Of<"paused" | "resumed" | "halted" | "restarted" | "retried">,
  tables: Tables,
): void {
  const source = tables.sources.named(fact.connection.source);
  source.dirty = true;
  const connection = tables.connections.named(source.id, fact.connection.key);
  if (fact.kind === "restarted") {
    connection.restarts++;
    const times = [...(JSON.parse(connection.restart_log) as number[]), row.at_ms];
    connection.restart_log = JSON.stringify(times.slice(-RESTARTS_KEPT));
  } else if (fact.kind === "retried") {
    tables.events.clearDue(connection.id);
    connection.holding = null;
    connection.waiting = 0;
  } else {
    connection.status =
      fact.kind === "paused"
        ? CONNECTION.paused
        : fact.kind === "halted"
          ? CONNECTION.halted
          : CONNECTION.active;
    connection.status_reason = fact.kind === "resumed" ? null : statusReason(fact);
    connection.status_ms = row.at_ms;
    if (fact.kind === "resumed") connection.restart_log = "[]";
  }
  schedule(connection, row.seq, true, tables);
}

const RESTARTS_KEPT = 50;

function statusReason(fact: Of<"paused" | "halted">): string {
  if (fact.kind === "halted") return fact.reason;
  return fact.reason === null ? `by ${fact.by}` : `by ${fact.by}: ${fact.reason}`;
}

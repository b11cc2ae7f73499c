import type { DuplicateEntry, RequestEntry } from "../entries.ts";
import type { EventFact, Fact } from "../facts.ts";
import { newerOf } from "../newest.ts";
import { applyEmitted } from "./apply-emitted.ts";
import { heal } from "./apply-reconciling.ts";
import { owe } from "./apply-sending.ts";
import { OUTCOME, originCode, STATUS, whole } from "./codes.ts";
import { type ConnectionState, newestOf, parseSequence } from "./connections.ts";
import type { EventState, WorkState } from "./events.ts";
import type { LogRow } from "./log-row.ts";
import { schedule } from "./schedule.ts";
import type { Tables } from "./tables.ts";

type Of<K extends Fact["kind"]> = Extract<Fact, { kind: K }>;

export function applyRequest(row: LogRow, entry: RequestEntry, tables: Tables): void {
  const source = tables.sources.named(entry.source);
  source.dirty = true;
  const originals = new Map<number, number>(
    row.links === null ? [] : (JSON.parse(row.links) as [number, number][]),
  );
  for (const [index, event] of entry.events.entries()) {
    const original = originals.get(index);
    if (original !== undefined) {
      countDuplicate(original, tables);
      source.duplicates++;
      continue;
    }
    const seq = row.seq + index;
    const connection =
      event.connection === null ? null : tables.connections.named(source.id, event.connection);
    tables.events.add(receivedEvent(row, entry, event, seq, source.id, connection));
    tables.dedupe(entry.source, event.dedupeKey, row.at_ms, seq);
    source.received++;
    source.last_event_ms = row.at_ms;
    if (connection !== null) {
      connection.events++;
      connection.last_event_ms = row.at_ms;
      tables.connections.touch(connection);
    }
    if (entry.sweep !== undefined)
      heal(row, entry.sweep, event, source.id, connection?.id ?? null, tables);
    if (!entry.settled) {
      addWork(seq, seq, source.id, connection, tables);
      continue;
    }
    source.completed++;
    const endpoints = entry.deliveries?.[index];
    if (endpoints !== undefined)
      owe(endpoints, seq, connection?.id ?? null, seq, row.at_ms, tables);
  }
}

function receivedEvent(
  row: LogRow,
  entry: RequestEntry,
  event: EventFact,
  seq: number,
  sourceId: number,
  connection: ConnectionState | null,
): EventState {
  return {
    seq,
    source_id: sourceId,
    connection_id: connection?.id ?? null,
    occurred_ms: whole(event.occurredAt),
    sequence: event.sequence === null ? null : JSON.stringify(event.sequence),
    status: entry.settled ? STATUS.completed : STATUS.pending,
    settled_ms: entry.settled ? row.at_ms : null,
    attempts: 0,
    position: seq,
    started_ms: null,
    duration_ms: null,
    next_ms: null,
    stale: 0,
    error: null,
    reason: null,
    duplicates: 0,
    replays: 0,
    origin: originCode(entry.origin),
    fresh: {
      run: row.run,
      type: event.type,
      received_ms: row.at_ms,
      size: event.range?.[1] ?? row.bytes ?? 0,
      request_seq: row.seq,
    },
  };
}

export function applyDuplicate(entry: DuplicateEntry, tables: Tables): void {
  const source = tables.sources.named(entry.source);
  source.duplicates += entry.of.length;
  source.dirty = true;
  for (const original of entry.of) countDuplicate(original, tables);
}

export function applySettled(row: LogRow, fact: Of<"settled">, tables: Tables): void {
  const event = tables.events.event(fact.event);
  const work = tables.events.work(fact.position);
  if (event === null || work === null || work.event_seq !== fact.event) return;
  event.status = STATUS[fact.outcome];
  event.settled_ms = row.at_ms;
  if (fact.attempt > 0) event.attempts = fact.attempt;
  event.started_ms = whole(fact.startedAt);
  event.duration_ms = whole(fact.durationMs);
  event.next_ms = null;
  event.stale = fact.stale ? 1 : 0;
  event.error = fact.error === null ? null : JSON.stringify(fact.error);
  event.reason = fact.reason;
  const source = tables.sources.numbered(event.source_id);
  source[fact.outcome]++;
  source.pending--;
  source.dirty = true;
  tables.events.removeWork(work);
  if (fact.emitted.length > 0) applyEmitted(row, fact, event, tables);
  if (fact.deliveries !== undefined && fact.outcome === "completed")
    owe(fact.deliveries, event.seq, event.connection_id, row.seq, row.at_ms, tables);
  const connection = connectionOf(event, tables);
  if (connection === null) return;
  if (fact.state !== null) connection.state = fact.state;
  if (fact.outcome === "completed" && !fact.stale) advance(connection, event);
  releaseWork(connection, work);
  schedule(connection, row.seq, true, tables);
}

export function applyAttempted(row: LogRow, fact: Of<"attempted">, tables: Tables): void {
  const event = tables.events.event(fact.event);
  const work = tables.events.work(fact.position);
  if (event === null || work === null || work.event_seq !== fact.event) return;
  event.attempts = fact.attempt;
  const nextMs = whole(fact.nextAt) ?? row.at_ms;
  event.next_ms = nextMs;
  event.error = JSON.stringify(fact.error);
  tables.attempt(
    fact.event,
    fact.position,
    fact.attempt,
    whole(fact.startedAt),
    whole(fact.durationMs) ?? 0,
    OUTCOME.retry,
    event.error,
    nextMs,
  );
  const connection = connectionOf(event, tables);
  if (connection !== null) {
    releaseWork(connection, work);
    connection.pending++;
    // Who held before (another order was configured then) merely waits from now on.
    if (!fact.holds || connection.holding !== null) connection.waiting++;
    if (fact.holds) connection.holding = work.position;
  }
  work.attempts = fact.attempt;
  if (!fact.asked) work.counted++;
  work.due_ms = nextMs;
  work.since_ms = row.at_ms;
  if (connection !== null) schedule(connection, row.seq, true, tables);
}

/** An unsettled item joins its connection's queue, or stands alone. */
export function addWork(
  position: number,
  event_seq: number,
  source_id: number,
  connection: ConnectionState | null,
  tables: Tables,
): void {
  tables.events.addWork({
    position,
    event_seq,
    source_id,
    connection_id: connection?.id ?? null,
    counted: 0,
    attempts: 0,
    due_ms: null,
    since_ms: null,
    fresh: true,
  });
  tables.sources.numbered(source_id).pending++;
  if (connection === null) return;
  connection.pending++;
  schedule(connection, position, false, tables);
}

/** Takes one item out of its connection's counts. */
function releaseWork(connection: ConnectionState, work: WorkState): void {
  connection.pending--;
  if (connection.holding === work.position) connection.holding = null;
  else if (work.due_ms !== null) connection.waiting--;
}

export function connectionOf(event: EventState, tables: Tables): ConnectionState | null {
  return event.connection_id === null ? null : tables.connections.numbered(event.connection_id);
}

function advance(connection: ConnectionState, event: EventState): void {
  const newest = newerOf(newestOf(connection), {
    occurredAt: event.occurred_ms,
    sequence: parseSequence(event.sequence),
  });
  connection.newest_ms = newest.occurredAt;
  connection.newest_seq = newest.sequence === null ? null : JSON.stringify(newest.sequence);
}

function countDuplicate(original: number, tables: Tables): void {
  const event = tables.events.event(original);
  if (event !== null) event.duplicates++;
}

import type { Fact } from "../facts.ts";
import { owe } from "./apply-sending.ts";
import { originCode, STATUS } from "./codes.ts";
import type { EventState } from "./events.ts";
import type { LogRow } from "./log-row.ts";
import type { Tables } from "./tables.ts";

/**
 * What a handler emitted: events of their own, complete as they are. They are no sign of life of the
 * provider, and no state of its: the connection counts them and nothing else. In entries of before they
 * were events they have no places, and are none.
 */
export function applyEmitted(
  row: LogRow,
  fact: Extract<Fact, { kind: "settled" }>,
  parent: EventState,
  tables: Tables,
): void {
  if (row.width !== 1 + fact.emitted.length) return;
  const source = tables.sources.numbered(parent.source_id);
  const connection =
    parent.connection_id === null ? null : tables.connections.numbered(parent.connection_id);
  const originals = new Map<number, number>(
    row.links === null ? [] : (JSON.parse(row.links) as [number, number][]),
  );
  for (const [index, emitted] of fact.emitted.entries()) {
    const original = originals.get(index);
    if (original !== undefined) {
      const event = tables.events.event(original);
      if (event !== null) event.duplicates++;
      source.duplicates++;
      continue;
    }
    const place = row.seq + 1 + index;
    tables.events.add(emittedEvent(row, place, emitted, parent));
    if (emitted.id !== null) tables.dedupe(source.name, emitted.id, row.at_ms, place);
    source.received++;
    source.completed++;
    if (connection !== null) {
      connection.events++;
      tables.connections.touch(connection);
    }
    if (emitted.deliveries !== undefined)
      owe(emitted.deliveries, place, parent.connection_id, place, row.at_ms, tables);
  }
}

function emittedEvent(
  row: LogRow,
  place: number,
  emitted: { readonly type: string; readonly data: string },
  parent: EventState,
): EventState {
  return {
    seq: place,
    source_id: parent.source_id,
    connection_id: parent.connection_id,
    occurred_ms: row.at_ms,
    sequence: null,
    status: STATUS.completed,
    settled_ms: row.at_ms,
    attempts: 0,
    position: place,
    started_ms: null,
    duration_ms: null,
    next_ms: null,
    stale: 0,
    error: null,
    reason: null,
    duplicates: 0,
    replays: 0,
    origin: originCode("emit"),
    fresh: {
      run: row.run,
      type: emitted.type,
      received_ms: row.at_ms,
      size: Buffer.byteLength(emitted.data),
      request_seq: row.seq,
    },
  };
}

import { eventId, type Seq, seq } from "../../base/ids.ts";
import type { EndpointId, EndpointRow, OutgoingEvent, OwedDelivery } from "../sending.ts";
import { endpointRow, type FoundEndpoint } from "./delivery-row.ts";
import { Entries, type LoggedEvent, requestOf } from "./log-entry.ts";
import type { Statements } from "./statements.ts";

interface OwedRow {
  readonly position: number;
  readonly event_seq: number;
  readonly source: string | null;
  readonly key: string | null;
  readonly attempts: number;
  readonly created_ms: number;
  readonly due_ms: number | null;
  readonly since_ms: number | null;
  readonly confirming: number;
}

interface Queue {
  readonly id: number;
  /** What stands up to here is acknowledged. */
  readonly acked_to: number;
}

type Numbers = [number, number, number, number];

const COLUMNS =
  "SELECT d.position, d.event_seq, s.name AS source, c.key AS key, d.attempts, d.created_ms, d.due_ms, d.since_ms, d.confirming";
const NAMES =
  "LEFT JOIN connections c ON c.id = d.connection_id LEFT JOIN sources s ON s.id = c.source_id";
const ALL = "";
const HEADS = "AND d.head = 1";
/** Where an acknowledgement passed over rows, no row is marked for being first: it is looked up. */
const FIRSTS =
  "AND NOT EXISTS (SELECT 1 FROM deliveries b WHERE b.endpoint_id = d.endpoint_id AND b.connection_id = d.connection_id AND b.status = 0 AND b.position > ?2 AND b.position < d.position)";

const ready = (only: string): string =>
  `${COLUMNS} FROM deliveries d ${NAMES} WHERE d.endpoint_id = ?1 AND d.status = 0 AND d.due_ms IS NULL AND d.position > ?3 ${only} ORDER BY d.position LIMIT ?4`;

/** Whose time has come, and, hardly ever any, whose wait began later than it is now: the clock went back. */
const due = (only: string): string => `
  SELECT * FROM (
    SELECT * FROM (${COLUMNS} FROM deliveries d ${NAMES} WHERE d.endpoint_id = ?1 AND d.status = 0 AND d.due_ms IS NOT NULL AND d.due_ms <= ?3 AND +d.position > ?2 ${only} ORDER BY d.due_ms LIMIT ?4)
    UNION ALL
    SELECT * FROM (${COLUMNS} FROM deliveries d ${NAMES} WHERE d.endpoint_id = ?1 AND d.status = 0 AND d.since_ms IS NOT NULL AND d.since_ms > ?3 AND +d.due_ms > ?3 AND +d.position > ?2 ${only} ORDER BY d.since_ms LIMIT ?4)
  ) ORDER BY due_ms LIMIT ?4`;

/** What sending reads, synchronously, on a thread that may wait for the disk. */
export class OwedReader {
  readonly #index: Statements;
  readonly #log: Statements;
  readonly #applied: () => Seq;

  constructor(index: Statements, log: Statements, applied: () => Seq) {
    this.#index = index;
    this.#log = log;
    this.#applied = applied;
  }

  endpointStates(): EndpointRow[] {
    return this.#index
      .of<FoundEndpoint, []>("SELECT * FROM endpoints WHERE removed = 0 ORDER BY id")
      .all()
      .map(endpointRow);
  }

  owed(endpoint: EndpointId, now: number, after: Seq, limit: number): Owed {
    const upTo = this.#applied();
    const queue = this.#queue(endpoint);
    if (queue === null) return { deliveries: [], more: false, upTo };
    return { ...this.#page(queue, now, after, limit, ALL), upTo };
  }

  owedHeads(endpoint: EndpointId, now: number, after: Seq, limit: number): Owed {
    const upTo = this.#applied();
    const queue = this.#queue(endpoint);
    if (queue === null) return { deliveries: [], more: false, upTo };
    return { ...this.#page(queue, now, after, limit, queue.acked_to > 0 ? FIRSTS : HEADS), upTo };
  }

  nextDue(endpoint: EndpointId): number | null {
    const queue = this.#queue(endpoint);
    if (queue === null) return null;
    const next = this.#index
      .of<{ due_ms: number }, [number, number]>(
        "SELECT due_ms FROM deliveries WHERE endpoint_id = ? AND status = 0 AND due_ms IS NOT NULL AND +position > ? ORDER BY due_ms LIMIT 1",
      )
      .get(queue.id, queue.acked_to);
    return next?.due_ms ?? null;
  }

  unacked(
    endpoint: EndpointId,
    after: Seq,
    limit: number,
  ): { deliveries: OwedDelivery[]; more: boolean } {
    const queue = this.#queue(endpoint);
    if (queue === null) return { deliveries: [], more: false };
    // Of an endpoint that was once pushed to, also what waits for a time.
    const rows = this.#index
      .of<OwedRow, [number, number, number]>(
        `SELECT * FROM (
           SELECT * FROM (${COLUMNS} FROM deliveries d ${NAMES} WHERE d.endpoint_id = ?1 AND d.status = 0 AND d.due_ms IS NULL AND d.position > ?2 ORDER BY d.position LIMIT ?3)
           UNION ALL
           SELECT * FROM (${COLUMNS} FROM deliveries d ${NAMES} WHERE d.endpoint_id = ?1 AND d.status = 0 AND d.due_ms IS NOT NULL AND +d.position > ?2 ORDER BY d.position LIMIT ?3)
         ) ORDER BY position LIMIT ?3`,
      )
      .all(queue.id, Math.max(after, queue.acked_to), limit + 1);
    return { deliveries: rows.slice(0, limit).map(owedDelivery), more: rows.length > limit };
  }

  outgoing(events: readonly Seq[]): (OutgoingEvent | null)[] {
    const entries = new Entries(this.#log, "bodies");
    return events.map((event) => {
      const found = entries.at(event);
      if (found === null) return null;
      const parent = found.parent === null ? found : entries.at(found.parent);
      return this.#outgoing(event, found, parent?.entry?.trace ?? null);
    });
  }

  #outgoing(event: Seq, found: LoggedEvent, trace: string | null): OutgoingEvent | null {
    const names = this.#index
      .of<{ source: string; connection: string | null }, [number]>(
        "SELECT s.name AS source, c.key AS connection FROM events e JOIN sources s ON s.id = e.source_id LEFT JOIN connections c ON c.id = e.connection_id WHERE e.seq = ?",
      )
      .get(event);
    if (names === null) return null;
    const { row, fact, entry, body } = found;
    const headers = requestOf(found).headers;
    return {
      id: eventId(event, row.run),
      seq: event,
      ...names,
      type: fact.type,
      origin: entry?.origin ?? "emit",
      occurredAt: fact.occurredAt,
      receivedAt: row.at_ms,
      trace,
      body,
      contentType: headers.find(([name]) => name === "content-type")?.[1] ?? NO_TYPE,
    };
  }

  #page(
    queue: Queue,
    now: number,
    after: Seq,
    limit: number,
    only: string,
  ): { deliveries: OwedDelivery[]; more: boolean } {
    const waited = this.#index.of<OwedRow, Numbers>(due(only));
    const rows = waited.all(queue.id, queue.acked_to, now, limit + 1);
    if (rows.length <= limit) {
      const waiting = this.#index.of<OwedRow, Numbers>(ready(only));
      const from = Math.max(after, queue.acked_to);
      rows.push(...waiting.all(queue.id, queue.acked_to, from, limit + 1 - rows.length));
    }
    return { deliveries: rows.slice(0, limit).map(owedDelivery), more: rows.length > limit };
  }

  #queue(endpoint: EndpointId): Queue | null {
    return this.#index
      .of<Queue, [string]>(
        "SELECT id, acked_to FROM endpoints WHERE name = ? AND removed = 0 ORDER BY id DESC LIMIT 1",
      )
      .get(endpoint);
  }
}

interface Owed {
  readonly deliveries: OwedDelivery[];
  readonly more: boolean;
  readonly upTo: Seq;
}

/** Of a request that did not say what its body is. */
const NO_TYPE = "application/octet-stream";

function owedDelivery(row: OwedRow): OwedDelivery {
  return {
    made: seq(row.position),
    event: seq(row.event_seq),
    connection:
      row.key === null || row.source === null ? null : { source: row.source, key: row.key },
    attempts: row.attempts,
    createdAt: row.created_ms,
    dueAt: row.due_ms,
    waitingSince: row.since_ms,
    confirming: row.confirming === 1,
  };
}

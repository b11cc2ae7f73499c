import type { Database, Statement } from "bun:sqlite";
import type { EndpointRows, EndpointState } from "./endpoints.ts";

/** One delivery as the projection keeps it; see the table for what each column means. */
export interface DeliveryState {
  readonly id: number;
  readonly event_seq: number;
  endpoint_id: number;
  readonly connection_id: number | null;
  position: number;
  status: number;
  head: number;
  attempts: number;
  tries: number;
  last_try: number | null;
  readonly created_ms: number;
  due_ms: number | null;
  since_ms: number | null;
  confirming: number;
  settled_ms: number | null;
  error: string | null;
  response: number | null;
  fresh: boolean;
}

export const DELIVERY = { pending: 0, delivered: 1, failed: 2, cancelled: 3 } as const;

/** Tries kept of one delivery, beside the last. */
const TRIES_KEPT = 99;

/** Changed in memory at a time; an event may be owed to a hundred. */
const HELD_MAX = 50_000;

const CHANGING =
  "endpoint_id, position, status, head, attempts, tries, last_try, due_ms, since_ms, confirming, settled_ms, error, response";

/**
 * Deliveries within one batch: read when first touched, changed in memory, written once at the end, so
 * that one which is made and delivered within a batch is written once and is in no index of what is owed.
 */
export class DeliveryRows {
  readonly #held = new Map<string, DeliveryState>();
  readonly #endpoints: EndpointRows;
  readonly #select: Statement<DeliveryState, [number, number]>;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #pendingBetween: Statement<{ n: number }, [number, number, number]>;
  readonly #first: Statement<{ id: number; head: number }, [number, number]>;
  readonly #makeHead: Statement;
  readonly #addTry: Statement;
  readonly #dropTries: Statement;
  #nextId: number;

  constructor(db: Database, endpoints: EndpointRows) {
    this.#endpoints = endpoints;
    this.#select = db.prepare(
      "SELECT *, 0 AS fresh FROM deliveries WHERE event_seq = ? AND endpoint_id = ?",
    );
    this.#insert = db.prepare(
      `INSERT INTO deliveries (${CHANGING}, id, event_seq, connection_id, created_ms) VALUES (${"?, ".repeat(16)}?)`,
    );
    this.#update = db.prepare(
      `UPDATE deliveries SET ${CHANGING.split(", ").join(" = ?, ")} = ? WHERE id = ?`,
    );
    this.#pendingBetween = db.prepare(
      "SELECT (SELECT count(*) FROM deliveries WHERE endpoint_id = ?1 AND status = 0 AND due_ms IS NULL AND position > ?2 AND position <= ?3) + (SELECT count(*) FROM deliveries WHERE endpoint_id = ?1 AND status = 0 AND due_ms IS NOT NULL AND position > ?2 AND position <= ?3) AS n",
    );
    this.#first = db.prepare(
      "SELECT id, head FROM deliveries WHERE endpoint_id = ? AND connection_id = ? AND status = 0 ORDER BY position LIMIT 1",
    );
    this.#makeHead = db.prepare("UPDATE deliveries SET head = 1 WHERE id = ?");
    this.#addTry = db.prepare("INSERT INTO tries (delivery_id, entry_seq) VALUES (?, ?)");
    this.#dropTries = db.prepare(
      "DELETE FROM tries WHERE delivery_id = ?1 AND entry_seq <= (SELECT entry_seq FROM tries WHERE delivery_id = ?1 ORDER BY entry_seq DESC LIMIT 1 OFFSET ?2)",
    );
    const last = db.query<{ id: number | null }, []>("SELECT max(id) AS id FROM deliveries").get();
    this.#nextId = (last?.id ?? 0) + 1;
  }

  /** What an endpoint was ever to be sent of an event, also before it was removed; `null`: nothing. */
  of(eventSeq: number, endpoint: EndpointState): DeliveryState | null {
    if (this.#held.size >= HELD_MAX) this.flush();
    for (const own of this.#endpoints.all(endpoint.name)) {
      const row = this.#one(eventSeq, own);
      if (row !== null) return row;
    }
    return null;
  }

  #one(eventSeq: number, endpoint: EndpointState): DeliveryState | null {
    const name = `${eventSeq}/${endpoint.id}`;
    const held = this.#held.get(name);
    if (held !== undefined) return held;
    const row = this.#select.get(eventSeq, endpoint.id);
    if (row === null) return null;
    row.fresh = false;
    this.#held.set(name, row);
    return row;
  }

  /** One that an endpoint was to be sent before it was removed becomes its own of now. */
  move(row: DeliveryState, endpoint: EndpointState): void {
    this.#held.delete(`${row.event_seq}/${row.endpoint_id}`);
    row.endpoint_id = endpoint.id;
    this.#held.set(`${row.event_seq}/${endpoint.id}`, row);
  }

  add(
    eventSeq: number,
    endpoint: EndpointState,
    connectionId: number | null,
    position: number,
    atMs: number,
  ): void {
    const row: DeliveryState = {
      id: this.#nextId++,
      event_seq: eventSeq,
      endpoint_id: endpoint.id,
      connection_id: connectionId,
      position,
      status: DELIVERY.pending,
      head: connectionId === null ? 1 : 0,
      attempts: 0,
      tries: 0,
      last_try: null,
      created_ms: atMs,
      due_ms: null,
      since_ms: null,
      confirming: 0,
      settled_ms: null,
      error: null,
      response: null,
      fresh: true,
    };
    this.#held.set(`${eventSeq}/${endpoint.id}`, row);
  }

  /** The entry of its latest try; those before move among the others, the newest of which are kept. */
  tried(row: DeliveryState, entrySeq: number): void {
    if (row.last_try !== null) {
      this.#addTry.run(row.id, row.last_try);
      if (row.tries > TRIES_KEPT) this.#dropTries.run(row.id, TRIES_KEPT);
    }
    row.tries++;
    row.last_try = entrySeq;
  }

  /** How many are pending by their own rows after one position, up to and with another. */
  pendingBetween(endpoint: EndpointState, after: number, upTo: number): number {
    this.flush();
    return this.#pendingBetween.get(endpoint.id, after, upTo)?.n ?? 0;
  }

  flush(): void {
    const lanes = new Map<string, DeliveryState>();
    for (const row of this.#held.values()) {
      this.#write(row);
      if (row.connection_id !== null) lanes.set(`${row.endpoint_id}/${row.connection_id}`, row);
    }
    for (const row of lanes.values()) this.#lead(row);
    this.#held.clear();
  }

  /** Whoever is first of its connection now is its head, and stays it until it is settled: others join behind. */
  #lead({ endpoint_id, connection_id }: DeliveryState): void {
    if (connection_id === null) return;
    const first = this.#first.get(endpoint_id, connection_id);
    if (first !== null && first.head === 0) this.#makeHead.run(first.id);
  }

  #write(row: DeliveryState): void {
    const changing = [
      row.endpoint_id,
      row.position,
      row.status,
      row.status === DELIVERY.pending ? row.head : 0,
      row.attempts,
      row.tries,
      row.last_try,
      row.due_ms,
      row.since_ms,
      row.confirming,
      row.settled_ms,
      row.error,
      row.response,
      row.id,
    ];
    if (!row.fresh) this.#update.run(...changing);
    else this.#insert.run(...changing, row.event_seq, row.connection_id, row.created_ms);
  }
}

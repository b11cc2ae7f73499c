import type { Database, Statement } from "bun:sqlite";
import type { EndpointId } from "../sending.ts";

/** One endpoint as the projection keeps it; see the table for what each column means. */
export interface EndpointState {
  readonly id: number;
  readonly name: EndpointId;
  endpoint: string;
  removed: number;
  status: number;
  status_reason: string | null;
  status_ms: number;
  pending: number;
  delivered: number;
  failed: number;
  last_delivery_ms: number | null;
  failing_since_ms: number | null;
  acked_event: number;
  acked_to: number;
}

/** Thousands at most, all in memory; what changed is written at the end of each batch. */
export class EndpointRows {
  /** Each one's rows: the last is what it is now, those before are its removed pasts. */
  readonly #byName = new Map<string, EndpointState[]>();
  readonly #dirty = new Set<EndpointState>();
  readonly #write: Statement;
  #count = 0;

  constructor(db: Database) {
    const rows = db.query<EndpointState, []>("SELECT * FROM endpoints ORDER BY id").all();
    for (const row of rows) this.#keep(row);
    this.#write = db.prepare(
      "INSERT OR REPLACE INTO endpoints (id, name, endpoint, removed, status, status_reason, status_ms, pending, delivered, failed, last_delivery_ms, failing_since_ms, acked_event, acked_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
  }

  /** One that is there; `null` for one that never was or is removed. */
  named(name: string): EndpointState | null {
    const row = this.#byName.get(name)?.at(-1);
    return row === undefined || row.removed === 1 ? null : row;
  }

  /** Every row of this name, the current one first. */
  all(name: string): readonly EndpointState[] {
    return this.#byName.get(name)?.toReversed() ?? [];
  }

  /** Registers it, or says anew what it is. One that was removed begins again, enabled and owed nothing. */
  put(name: EndpointId, endpoint: string, atMs: number): void {
    const row = this.named(name) ?? this.#keep(newEndpoint(this.#count + 1, name, atMs));
    row.endpoint = endpoint;
    this.touch(row);
  }

  touch(row: EndpointState): void {
    this.#dirty.add(row);
  }

  flush(): void {
    for (const row of this.#dirty)
      this.#write.run(
        row.id,
        row.name,
        row.endpoint,
        row.removed,
        row.status,
        row.status_reason,
        row.status_ms,
        row.pending,
        row.delivered,
        row.failed,
        row.last_delivery_ms,
        row.failing_since_ms,
        row.acked_event,
        row.acked_to,
      );
    this.#dirty.clear();
  }

  #keep(row: EndpointState): EndpointState {
    const rows = this.#byName.get(row.name);
    if (rows === undefined) this.#byName.set(row.name, [row]);
    else rows.push(row);
    this.#count++;
    return row;
  }
}

function newEndpoint(id: number, name: EndpointId, atMs: number): EndpointState {
  return {
    id,
    name,
    endpoint: "",
    removed: 0,
    status: 0,
    status_reason: null,
    status_ms: atMs,
    pending: 0,
    delivered: 0,
    failed: 0,
    last_delivery_ms: null,
    failing_since_ms: null,
    acked_event: 0,
    acked_to: 0,
  };
}

import type { Database, Statement } from "bun:sqlite";

export interface SourceCounters {
  readonly id: number;
  readonly name: string;
  received: number;
  duplicates: number;
  pending: number;
  completed: number;
  skipped: number;
  failed: number;
  last_event_ms: number | null;
  dirty: boolean;
}

/** Few rows, all in memory; what changed is written at the end of each batch. */
export class SourceRows {
  readonly #byName = new Map<string, SourceCounters>();
  readonly #byId = new Map<number, SourceCounters>();
  readonly #write: Statement;
  readonly #secret: Statement;

  constructor(db: Database) {
    const rows = db.query<Omit<SourceCounters, "dirty">, []>("SELECT * FROM sources").all();
    for (const row of rows) this.#keep({ ...row, dirty: false });
    this.#write = db.prepare(
      "INSERT OR REPLACE INTO sources (id, name, received, duplicates, pending, completed, skipped, failed, last_event_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#secret = db.prepare(
      "INSERT INTO secrets (source_id, fingerprint, last_used_ms) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET last_used_ms = excluded.last_used_ms",
    );
  }

  named(name: string): SourceCounters {
    return this.#byName.get(name) ?? this.#keep(newSource(this.#byId.size + 1, name));
  }

  numbered(id: number): SourceCounters {
    return this.#byId.get(id) ?? this.#keep(newSource(id, `#${id}`));
  }

  secretUsed(source: SourceCounters, fingerprint: string, at: number): void {
    source.dirty = true;
    this.#secret.run(source.id, fingerprint, at);
  }

  flush(): void {
    for (const row of this.#byId.values()) {
      if (!row.dirty) continue;
      const { id, name, received, duplicates, pending, completed, skipped, failed, last_event_ms } =
        row;
      this.#write.run(
        id,
        name,
        received,
        duplicates,
        pending,
        completed,
        skipped,
        failed,
        last_event_ms,
      );
      row.dirty = false;
    }
  }

  #keep(row: SourceCounters): SourceCounters {
    this.#byName.set(row.name, row);
    this.#byId.set(row.id, row);
    return row;
  }
}

function newSource(id: number, name: string): SourceCounters {
  return {
    id,
    name,
    received: 0,
    duplicates: 0,
    pending: 0,
    completed: 0,
    skipped: 0,
    failed: 0,
    last_event_ms: null,
    dirty: true,
  };
}

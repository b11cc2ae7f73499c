import type { Database } from "bun:sqlite";
import { LIMITS } from "../base/limits.ts";
import type { KeptRequest } from "./quarantine.ts";

/** What the log's thread is asked to do, one transaction each. Rows by their number. */
export type QuarantineWrite =
  | { readonly kind: "keep"; readonly requests: readonly KeptRequest[] }
  | {
      readonly kind: "condemn";
      readonly id: number;
      readonly code: string;
      readonly detail: string;
    }
  | { readonly kind: "remove"; readonly id: number };

const INSERT =
  "INSERT INTO quarantine (source, at_ms, code, detail, held, bytes, request, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
const CONDEMN =
  "UPDATE quarantine SET held = 0, code = ?, detail = ? WHERE id = ? AND held = 1 RETURNING source";
const HELD =
  "SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM quarantine WHERE held = 1";
/** The newest stay, as many as both bounds allow. */
const TRIM = `DELETE FROM quarantine WHERE id IN (
  SELECT id FROM (
    SELECT id, row_number() OVER newest AS place, sum(bytes) OVER newest AS together
    FROM quarantine WHERE source = ? AND held = 0 WINDOW newest AS (ORDER BY id DESC)
  ) WHERE place > ${LIMITS.QUARANTINE_ROWS_MAX} OR together > ${LIMITS.QUARANTINE_BYTES_MAX}
)`;

/** What a row takes beside its texts and its body: its place in the table and in the index. */
const ROW_BYTES = 128;

/** The quarantine as the log's thread writes it. Bounds hold at the end of each write. */
export class QuarantineTable {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Runs inside the caller's transaction. Of `keep`, the numbers of the new rows, 0 for a held one that
   * has no room; otherwise nothing.
   */
  write(write: QuarantineWrite): number[] {
    switch (write.kind) {
      case "keep":
        return this.#keep(write.requests);
      case "condemn":
        this.#condemn(write);
        return [];
      case "remove":
        this.#db.query("DELETE FROM quarantine WHERE id = ?").run(write.id);
        return [];
    }
  }

  #keep(requests: readonly KeptRequest[]): number[] {
    const room = requests.some(({ held }) => held) ? this.#roomForHeld() : { rows: 0, bytes: 0 };
    const numbers = requests.map((request) => {
      const text = JSON.stringify(request.request);
      const bytes = weight(request, text);
      if (request.held) {
        if (room.rows < 1 || room.bytes < bytes) return 0;
        room.rows--;
        room.bytes -= bytes;
      }
      return this.#insert(request, text, bytes);
    });
    const crowded = requests.filter(({ held }) => !held).map(({ source }) => source);
    for (const source of new Set(crowded)) this.#trim(source);
    return numbers;
  }

  #insert(kept: KeptRequest, request: string, bytes: number): number {
    const { source, at, code, detail, held, body } = kept;
    const { lastInsertRowid } = this.#db
      .query(INSERT)
      .run(source, Math.round(at), code, detail, held ? 1 : 0, bytes, request, body);
    return Number(lastInsertRowid);
  }

  #condemn({ id, code, detail }: Extract<QuarantineWrite, { kind: "condemn" }>): void {
    const row = this.#db
      .query<{ source: string }, [string, string, number]>(CONDEMN)
      .get(code, detail, id);
    if (row !== null) this.#trim(row.source);
  }

  #roomForHeld(): { rows: number; bytes: number } {
    const held = this.#db.query<{ rows: number; bytes: number }, []>(HELD).get();
    return {
      rows: LIMITS.HELD_ROWS_MAX - (held?.rows ?? 0),
      bytes: LIMITS.HELD_BYTES_MAX - (held?.bytes ?? 0),
    };
  }

  #trim(source: string): void {
    this.#db.query(TRIM).run(source);
  }
}

const weight = ({ body, detail }: KeptRequest, request: string): number =>
  body.byteLength + request.length + detail.length + ROW_BYTES;

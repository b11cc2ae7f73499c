import type { Database, Statement } from "bun:sqlite";
import { type ActedFact, AUDIT_ROWS_MAX } from "../audit.ts";
import { whole } from "./codes.ts";

const CLASSES = { acted: 0, refused: 1 } as const;
type Class = keyof typeof CLASSES;

/**
 * The newest actions and refused logins. Each new line removes the one that is too old by then, so that what
 * is kept depends on the log alone and not on the batches in which it was applied.
 */
export class AuditRows {
  readonly #insert: Statement;
  readonly #drop: Statement;
  readonly #last: Statement<{ last: number | null }, [number]>;

  constructor(db: Database) {
    this.#insert = db.prepare(
      "INSERT OR REPLACE INTO audit (seq, class, number, at_ms, actor, name, via, action, target, outcome, status, peer, times) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#drop = db.prepare("DELETE FROM audit WHERE class = ? AND number <= ?");
    this.#last = db.prepare("SELECT max(number) AS last FROM audit WHERE class = ?");
  }

  add(seq: number, atMs: number, fact: ActedFact): void {
    const kept: Class = fact.outcome === "refused" ? "refused" : "acted";
    const number = (this.#last.get(CLASSES[kept])?.last ?? 0) + 1;
    this.#insert.run(
      seq,
      CLASSES[kept],
      number,
      atMs,
      fact.by,
      fact.name,
      fact.via,
      fact.action,
      JSON.stringify(fact.target),
      fact.outcome,
      whole(fact.status) ?? 0,
      fact.peer,
      whole(fact.times) ?? 1,
    );
    this.#drop.run(CLASSES[kept], number - AUDIT_ROWS_MAX[kept]);
  }
}

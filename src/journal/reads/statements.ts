import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";

/** Searches combine freely; more texts than this are not worth keeping. */
const KEPT_MAX = 300;

/** `db.query` keeps only twenty texts and leaks what it drops: this keeps ours, and finalizes what it drops. */
export class Statements {
  readonly #db: Database;
  readonly #kept = new Map<string, Statement>();

  constructor(db: Database) {
    this.#db = db;
  }

  of<Row, Values extends SQLQueryBindings[]>(sql: string): Statement<Row, Values> {
    let statement = this.#kept.get(sql);
    if (statement === undefined) {
      if (this.#kept.size >= KEPT_MAX) this.#drop();
      statement = this.#db.prepare(sql);
      this.#kept.set(sql, statement);
    }
    return statement as unknown as Statement<Row, Values>;
  }

  #drop(): void {
    for (const statement of this.#kept.values()) statement.finalize();
    this.#kept.clear();
  }
}

import type { RequestFact } from "../facts.ts";
import { ReadRefused } from "../journal.ts";
import {
  type QuarantinedRequest,
  type QuarantineFilter,
  type QuarantineId,
  type QuarantineRow,
  quarantineId,
  quarantineNumber,
} from "../quarantine.ts";
import type { Page } from "../rows.ts";
import type { Statements } from "./statements.ts";

interface Row {
  readonly id: number;
  readonly source: string;
  readonly at: number;
  readonly code: string;
  readonly detail: string;
  readonly held: number;
  readonly request: string;
  readonly size: number;
}

const COLUMNS = "id, source, at_ms AS at, code, detail, held, request, length(body) AS size";

/** The quarantine's reads. It is small by its bounds: no index but by source is worth its upkeep. */
export class QuarantineReader {
  readonly #log: Statements;

  constructor(log: Statements) {
    this.#log = log;
  }

  /** Newest first. */
  list(
    filter: QuarantineFilter,
    { limit, cursor }: { limit: number; cursor: string | null },
  ): Page<QuarantineRow> {
    const below = cursor === null ? Number.MAX_SAFE_INTEGER : numberIn(cursor);
    const { where, values } = condition(filter);
    const rows = this.#log
      .of<Row, (string | number)[]>(
        `SELECT ${COLUMNS} FROM quarantine WHERE id < ? AND ${where} ORDER BY id DESC LIMIT ?`,
      )
      .all(below, ...values, limit + 1);
    const shown = rows.slice(0, limit).map(rowOf);
    return { rows: shown, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
  }

  /** Oldest first, after `after`: what is verified again in the order in which it came. */
  ids(
    filter: QuarantineFilter,
    after: string | null,
    limit: number,
  ): { id: QuarantineId; source: string }[] {
    const above = after === null ? 0 : numberIn(after);
    const { where, values } = condition(filter);
    return this.#log
      .of<{ id: number; source: string }, (string | number)[]>(
        `SELECT id, source FROM quarantine WHERE id > ? AND ${where} ORDER BY id LIMIT ?`,
      )
      .all(above, ...values, limit)
      .map(({ id, source }) => ({ id: quarantineId(id), source }));
  }

  one(id: QuarantineId): QuarantinedRequest | null {
    const row = this.#log
      .of<Row & { body: Uint8Array }, [number]>(
        `SELECT ${COLUMNS}, body FROM quarantine WHERE id = ?`,
      )
      .get(quarantineNumber(id));
    return row === null ? null : { ...rowOf(row), body: row.body };
  }
}

const rowOf = ({ id, source, at, code, detail, held, request, size }: Row): QuarantineRow => ({
  id: quarantineId(id),
  source,
  at,
  code,
  detail,
  held: held === 1,
  request: JSON.parse(request) as RequestFact,
  size,
});

function condition({ source, code, held }: QuarantineFilter): {
  where: string;
  values: (string | number)[];
} {
  const given: [string, string | number][] = [];
  if (source !== undefined) given.push(["source = ?", source]);
  if (code !== undefined) given.push(["code = ?", code]);
  if (held !== undefined) given.push(["held = ?", held ? 1 : 0]);
  const where = ["1", ...given.map(([test]) => test)].join(" AND ");
  return { where, values: given.map(([, value]) => value) };
}

function numberIn(cursor: string): number {
  const number = quarantineNumber(cursor);
  if (number > 0) return number;
  throw new ReadRefused(
    "bad_cursor",
    `"${cursor.slice(0, 40)}" is no cursor of this list; leave it out to start from its beginning.`,
  );
}

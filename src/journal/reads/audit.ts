import type { AuditFilter, AuditOutcome, AuditRow, AuditVia } from "../audit.ts";
import { ReadRefused } from "../journal.ts";
import type { Page } from "../rows.ts";
import { globOf } from "./filter.ts";
import type { Statements } from "./statements.ts";

interface Row {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly name: string | null;
  readonly via: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: string;
  readonly status: number;
  readonly peer: string | null;
  readonly times: number;
}

const COLUMNS =
  "seq, at_ms AS at, actor AS by, name, via, action, target, outcome, status, peer, times";

/** The audit log's reads. It is small by its bounds: read through in order, no index is worth its upkeep. */
export class AuditReader {
  readonly #index: Statements;

  constructor(index: Statements) {
    this.#index = index;
  }

  /** Newest first. */
  list(
    filter: AuditFilter,
    { limit, cursor }: { limit: number; cursor: string | null },
  ): Page<AuditRow> {
    const below = cursor === null ? Number.MAX_SAFE_INTEGER : placeIn(cursor);
    const { where, values } = condition(filter);
    const rows = this.#index
      .of<Row, (string | number)[]>(
        `SELECT ${COLUMNS} FROM audit WHERE seq < ? AND ${where} ORDER BY seq DESC LIMIT ?`,
      )
      .all(below, ...values, limit + 1);
    const shown = rows.slice(0, limit).map(rowOf);
    return { rows: shown, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
  }
}

const rowOf = ({ seq, via, outcome, target, ...row }: Row): AuditRow => ({
  id: `aud_${seq}`,
  ...row,
  via: via as AuditVia,
  outcome: outcome as AuditOutcome,
  target: JSON.parse(target) as AuditRow["target"],
});

function condition({ by, action, outcome, since, until }: AuditFilter): {
  where: string;
  values: (string | number)[];
} {
  const given: [string, ...(string | number)[]][] = [];
  if (by !== undefined) given.push(["(actor = ? OR name = ?)", by, by]);
  if (action?.includes("*")) given.push(["action GLOB ?", globOf(action)]);
  else if (action !== undefined) given.push(["action = ?", action]);
  if (outcome !== undefined) given.push(["outcome = ?", outcome]);
  if (since !== undefined) given.push(["at_ms >= ?", since]);
  if (until !== undefined) given.push(["at_ms < ?", until]);
  return {
    where: ["1", ...given.map(([test]) => test)].join(" AND "),
    values: given.flatMap(([, ...values]) => values),
  };
}

function placeIn(cursor: string): number {
  const place = Number(/^aud_(\d{1,15})$/.exec(cursor)?.[1] ?? 0);
  if (place > 0) return place;
  throw new ReadRefused(
    "bad_cursor",
    `"${cursor.slice(0, 40)}" is no cursor of this list; leave it out to start from its beginning.`,
  );
}

import { parseEventId } from "../../base/ids.ts";
import type { EventFilter } from "../facts.ts";
import { originCode, STATUS } from "../projection/codes.ts";

export interface Condition {
  /** SQL over `events e`, from a closed set of pieces; values are bound. */
  readonly where: string;
  readonly values: readonly (string | number)[];
  /** An index leads straight to the rows: no need to go through the journal window by window. */
  readonly direct: boolean;
}

/** The message or the code, and not the names and marks of the JSON that they are kept in. */
const ERROR_HAS =
  "(e.error IS NOT NULL AND (instr(lower(e.error ->> '$.code'), lower(?)) > 0 OR instr(lower(e.error ->> '$.message'), lower(?)) > 0))";

/**
 * A filter as SQL. The status is a literal, so that its partial index applies. Text is searched with
 * `instr`, which has no patterns that a hostile search could make slow; globs are `*` only.
 */
export function condition(
  filter: EventFilter,
  hashHits: (key: string) => readonly number[],
): Condition {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const add = (part: string, ...bound: (string | number)[]): void => {
    parts.push(part);
    values.push(...bound);
  };
  // A connection is of its source: naming both would lead SQLite through all of the source's events.
  if (filter.source !== undefined && filter.connection === undefined)
    add("e.source_id = (SELECT id FROM sources WHERE name = ?)", filter.source);
  if (filter.connection !== undefined && filter.source !== undefined)
    add(
      "e.connection_id = (SELECT id FROM connections WHERE source_id = (SELECT id FROM sources WHERE name = ?) AND key = ?)",
      filter.source,
      filter.connection,
    );
  else if (filter.connection !== undefined)
    add("e.connection_id IN (SELECT id FROM connections WHERE key = ?)", filter.connection);
  if (filter.type !== undefined) {
    if (filter.type.includes("*")) add("e.type GLOB ?", globOf(filter.type));
    else add("e.type = ?", filter.type);
  }
  if (filter.status !== undefined) add(`e.status = ${STATUS[filter.status]}`);
  if (filter.origin !== undefined) add("e.origin = ?", originCode(filter.origin));
  if (filter.since !== undefined) add("e.received_ms >= ?", filter.since);
  if (filter.until !== undefined) add("e.received_ms < ?", filter.until);
  if (filter.error !== undefined) add(ERROR_HAS, filter.error, filter.error);
  const direct = addSearch(filter.q, add, hashHits);
  const indexed =
    filter.connection !== undefined ||
    (filter.status !== undefined && filter.status !== "completed");
  return {
    where: parts.length === 0 ? "1" : parts.join(" AND "),
    values,
    direct: direct || indexed,
  };
}

/** Free text: an id or a dedupe key leads straight to its events; anything else is looked for in what is short. */
function addSearch(
  q: string | undefined,
  add: (part: string, ...bound: (string | number)[]) => void,
  hashHits: (key: string) => readonly number[],
): boolean {
  if (q === undefined || q === "") return false;
  const id = parseEventId(q);
  if (id !== undefined) {
    add("e.seq = ? AND e.run = ?", id.seq, id.run);
    return true;
  }
  const hits = hashHits(q);
  if (hits.length > 0) {
    add(`e.seq IN (SELECT value FROM json_each(?))`, JSON.stringify(hits));
    return true;
  }
  add(
    `(instr(lower(e.type), lower(?)) > 0 OR instr(lower(e.reason), lower(?)) > 0 OR ${ERROR_HAS} OR instr(lower(coalesce((SELECT key FROM connections WHERE id = e.connection_id), '')), lower(?)) > 0)`,
    q,
    q,
    q,
    q,
    q,
  );
  return false;
}

/** SQLite's GLOB knows `?` and `[…]` too: taken literally here. */
export function globOf(glob: string): string {
  return glob
    .replace(/[[\]?]/g, (char) => (char === "]" ? "]" : `[${char}]`))
    .replaceAll(/\*+/g, "*");
}

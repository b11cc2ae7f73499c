import { globMatches } from "../../base/glob.ts";
import type { EventFilter } from "../../journal/facts.ts";
import type { EventRow } from "../../journal/rows.ts";

/** Whether a list with this filter would have the row. */
export function matches(filter: EventFilter, row: EventRow): boolean {
  const { source, connection, type, status, origin, since, until, error, q } = filter;
  if (source !== undefined && row.source !== source) return false;
  if (connection !== undefined && row.connection !== connection) return false;
  if (type !== undefined && !globMatches(type, row.type)) return false;
  if (status !== undefined && row.status !== status) return false;
  if (origin !== undefined && row.origin !== origin) return false;
  if (since !== undefined && row.receivedAt < since) return false;
  if (until !== undefined && row.receivedAt >= until) return false;
  if (error !== undefined && !errorText(row).includes(error.toLowerCase())) return false;
  return q === undefined || found(row, q);
}

const errorText = (row: EventRow): string =>
  `${row.error?.code ?? ""} ${row.error?.message ?? ""}`.toLowerCase();

function found(row: EventRow, q: string): boolean {
  if (row.id === q || row.dedupeKey === q) return true;
  const text = `${row.type}\n${row.connection ?? ""}\n${errorText(row)}`.toLowerCase();
  return text.includes(q.toLowerCase());
}

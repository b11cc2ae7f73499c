import type { EventId } from "../../base/ids.ts";
import { parseEventId } from "../../base/ids.ts";
import type { ConnectionRow, EventDetail, EventRow } from "../../journal/rows.ts";
import type { AdminDeps } from "../deps.ts";
import { payloadOf } from "./payload.ts";
import type { EventSummary } from "./schemas.ts";
import { summaryView } from "./view.ts";

type EventReads = Pick<AdminDeps, "reads" | "operations">;

/** Payloads of a list end here; longer ones are read one by one. */
export const LIST_DATA_BYTES_MAX = 64 * 2 ** 10;

/** An event by the text that should be its id; `null` when there is none, or the text is no id. */
export async function findEvent(
  deps: Pick<AdminDeps, "reads">,
  text: string,
): Promise<EventDetail | null> {
  const id = asEventId(text);
  return id === null ? null : deps.reads.event(id);
}

export function asEventId(text: string): EventId | null {
  return parseEventId(text) === undefined ? null : (text as EventId);
}

/** Rows with why each pending one waits, and with their payloads if wanted. */
export async function summaries(
  deps: EventReads,
  rows: readonly EventRow[],
  withData: boolean,
): Promise<EventSummary[]> {
  const connections = await connectionsOf(deps, rows);
  return Promise.all(
    rows.map(async (row) => {
      const connection = connections.get(nameOf(row)) ?? null;
      const view = summaryView(row, whyWaits(deps, row, connection));
      return withData ? { ...view, ...(await dataOf(deps, row)) } : view;
    }),
  );
}

/** Why the event of a page of its own waits. */
export async function whyDetailWaits(deps: EventReads, event: EventDetail): Promise<string | null> {
  if (event.status !== "pending") return null;
  const { source, connection: key } = event;
  const connection = key === null ? null : await deps.reads.connection({ source, key });
  return deps.operations.whyEventWaits(event, event.behind, connection);
}

/** A list knows only the connection's head: whoever is not the head waits behind it. */
function whyWaits(
  deps: EventReads,
  row: EventRow,
  connection: ConnectionRow | null,
): string | null {
  if (row.status !== "pending") return null;
  const head = connection?.head?.id ?? null;
  return deps.operations.whyEventWaits(row, head === row.id ? null : head, connection);
}

/** The connections of pending rows, each read once; at most as many as a page has rows. */
async function connectionsOf(
  deps: EventReads,
  rows: readonly EventRow[],
): Promise<Map<string, ConnectionRow | null>> {
  const waiting = new Map<string, EventRow>();
  for (const row of rows) {
    if (row.status === "pending" && row.connection !== null) waiting.set(nameOf(row), row);
  }
  const read = [...waiting].map(async ([name, { source, connection }]) => {
    const row = await deps.reads.connection({ source, key: connection ?? "" });
    return [name, row] as const;
  });
  return new Map(await Promise.all(read));
}

/** A source's name holds no slash, so that no two connections share a name. */
const nameOf = (row: EventRow): string => `${row.source}/${row.connection ?? ""}`;

async function dataOf(deps: EventReads, row: EventRow): Promise<{ data?: unknown }> {
  if (row.size > LIST_DATA_BYTES_MAX) return {};
  const event = await deps.reads.event(row.id);
  return event === null ? {} : { data: payloadOf(event.body, event.request) };
}

import type { ConnectionRow } from "../../journal/rows.ts";
import { iso } from "../answers.ts";
import { parsedJson } from "../events/payload.ts";
import type { ConnectionView } from "./schemas.ts";

/** States of one page, together; a single state may be 1 MiB, and a page has 200 rows. */
export const PAGE_STATE_CHARS_MAX = 4 * 2 ** 20;

export function connectionView(row: ConnectionRow, waitingFor: string | null): ConnectionView {
  return {
    source: row.source,
    key: row.key,
    status: row.status,
    statusReason: row.statusReason,
    statusAt: iso(row.statusAt),
    state: row.state === null ? null : parsedJson(row.state),
    mailboxDepth: row.mailboxDepth,
    lastEventAt: iso(row.lastEventAt),
    expectBy: iso(row.expectBy),
    waitingFor,
    restarts: row.restarts,
    head: row.head && {
      id: row.head.id,
      attempts: row.head.attempts,
      nextAttemptAt: iso(row.head.nextAttemptAt),
    },
    events: row.events,
  };
}

/** A page of them: once the states fill it, the rest come without theirs and say so. */
export function connectionViews(
  rows: readonly ConnectionRow[],
  whyWaits: (row: ConnectionRow) => string | null,
): ConnectionView[] {
  let room = PAGE_STATE_CHARS_MAX;
  return rows.map((row) => {
    room -= row.state?.length ?? 0;
    if (room >= 0 || row.state === null) return connectionView(row, whyWaits(row));
    return { ...connectionView({ ...row, state: null }, whyWaits(row)), stateOmitted: true };
  });
}

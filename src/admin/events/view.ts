import type { Settings } from "../../config/settings.ts";
import type { EventDetail, EventRow } from "../../journal/rows.ts";
import { iso } from "../answers.ts";
import { parsedJson, payloadOf } from "./payload.ts";
import { shownHeaders, shownUrl } from "./redact.ts";
import type { EventSummary, EventView } from "./schemas.ts";

/** An event as a list shows it. */
export function summaryView(row: EventRow, waitingFor: string | null): EventSummary {
  return {
    id: row.id,
    source: row.source,
    connection: row.connection,
    type: row.type,
    status: row.status,
    origin: row.origin,
    dedupeKey: row.dedupeKey,
    occurredAt: iso(row.occurredAt),
    receivedAt: iso(row.receivedAt),
    settledAt: iso(row.settledAt),
    attempts: row.attempts,
    nextAttemptAt: iso(row.nextAttemptAt),
    waitingFor,
    stale: row.stale,
    error: row.error,
    reason: row.reason,
    size: row.size,
    requestId: row.requestId,
    duplicates: row.duplicates,
    replays: row.replays,
  };
}

/** An event with all that is kept about it, as its own page shows it. */
export function eventView(
  event: EventDetail,
  waitingFor: string | null,
  sources: Settings["sources"],
): EventView {
  const { request } = event;
  const source = Object.hasOwn(sources, event.source) ? sources[event.source] : undefined;
  return {
    ...summaryView(event, waitingFor),
    data: payloadOf(event.body, request),
    headers: shownHeaders(request, source),
    request: { method: request.method, url: shownUrl(request.url), peer: request.peer },
    attemptLog: event.attemptLog.map((attempt) => ({
      attempt: attempt.attempt,
      startedAt: iso(attempt.startedAt),
      durationMs: attempt.durationMs,
      outcome: attempt.outcome,
      error: attempt.error,
      nextAt: iso(attempt.nextAt),
    })),
    steps: event.steps.map(({ name, result, at }) => ({
      name,
      result: parsedJson(result),
      at: iso(at),
    })),
    behind: event.behind,
  };
}

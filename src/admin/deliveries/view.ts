import type { DeliveryAttemptRow, DeliveryDetail, DeliveryRow } from "../../journal/sending.ts";
import type { Sending } from "../../outbound/sending.ts";
import { iso } from "../answers.ts";
import type { DeliveryDetailView, DeliveryView } from "./schemas.ts";

export function deliveryView(row: DeliveryRow, sending: Pick<Sending, "endpoint">): DeliveryView {
  return {
    id: row.id,
    event: row.event,
    endpoint: row.endpoint,
    endpointName: sending.endpoint(row.endpoint)?.name ?? null,
    type: row.type,
    source: row.source,
    connection: row.connection,
    status: row.status,
    attempts: row.attempts,
    createdAt: iso(row.createdAt),
    nextAttemptAt: iso(row.nextAttemptAt),
    confirming: row.confirming,
    settledAt: iso(row.settledAt),
    error: row.error,
    responseStatus: row.responseStatus,
  };
}

export function deliveryDetailView(
  detail: DeliveryDetail,
  sending: Pick<Sending, "endpoint">,
): DeliveryDetailView {
  return { ...deliveryView(detail, sending), attemptLog: detail.attemptLog.map(attemptView) };
}

function attemptView(row: DeliveryAttemptRow): DeliveryDetailView["attemptLog"][number] {
  const { reply } = row;
  return {
    attempt: row.attempt,
    startedAt: iso(row.startedAt),
    durationMs: row.durationMs,
    outcome: row.outcome,
    nextAt: iso(row.nextAt),
    error: row.error,
    request: { headers: joined(row.requestHeaders) },
    response: reply && {
      status: reply.status,
      headers: joined(reply.headers),
      body: reply.body,
      truncated: reply.truncated,
    },
  };
}

/** Headers that came several times stand behind one name. */
function joined(headers: readonly (readonly [string, string])[]): Record<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = all.get(name);
    all.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(all);
}

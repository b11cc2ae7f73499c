import { eventId, seq } from "../../base/ids.ts";
import type { ErrorFact } from "../facts.ts";
import {
  type DeliveryAttemptRow,
  type DeliveryRow,
  type DeliveryStatus,
  deliveryId,
  type EndpointId,
  type EndpointRow,
  type EndpointStatus,
  type StoredEndpoint,
} from "../sending.ts";
import type { SendingFact } from "../sending-facts.ts";
import type { Statements } from "./statements.ts";

export interface StoredDelivery {
  readonly id: number;
  readonly event_seq: number;
  readonly run: number;
  readonly endpoint: EndpointId;
  readonly type: string | null;
  readonly source: string | null;
  readonly connection: string | null;
  readonly state: number;
  readonly attempts: number;
  readonly last_try: number | null;
  readonly created_ms: number;
  readonly due_ms: number | null;
  readonly since_ms: number | null;
  readonly confirming: number;
  readonly settled_ms: number | null;
  readonly error: string | null;
  readonly response: number | null;
}

export interface FoundEndpoint {
  readonly id: number;
  readonly name: EndpointId;
  readonly endpoint: string;
  readonly status: number;
  readonly status_reason: string | null;
  readonly status_ms: number;
  readonly pending: number;
  readonly delivered: number;
  readonly failed: number;
  readonly last_delivery_ms: number | null;
  readonly failing_since_ms: number | null;
  readonly acked_event: number;
}

const ENDPOINT_STATUSES: readonly EndpointStatus[] = ["enabled", "paused", "disabled"];
const STATUSES: readonly DeliveryStatus[] = ["pending", "delivered", "failed", "cancelled"];

export const deliveryStatusCode = (status: DeliveryStatus): number => STATUSES.indexOf(status);

export function endpointRow(row: FoundEndpoint): EndpointRow {
  return {
    id: row.name,
    endpoint: JSON.parse(row.endpoint) as StoredEndpoint,
    status: ENDPOINT_STATUSES[row.status] ?? "enabled",
    statusReason: row.status_reason,
    statusAt: row.status_ms,
    pending: row.pending,
    delivered: row.delivered,
    failed: row.failed,
    lastDeliveryAt: row.last_delivery_ms,
    failingSince: row.failing_since_ms,
    ackedUpTo: seq(row.acked_event),
  };
}

export function deliveryRow(row: StoredDelivery, now: number): DeliveryRow {
  const event = eventId(seq(row.event_seq), row.run);
  const pending = row.state === 0;
  // A wait that began after now is over: the clock went back.
  const back = row.due_ms !== null && row.since_ms !== null && now < row.since_ms;
  const due = back ? Math.min(row.due_ms ?? now, now) : row.due_ms;
  return {
    id: deliveryId(event, row.endpoint),
    event,
    seq: seq(row.event_seq),
    endpoint: row.endpoint,
    type: row.type ?? "",
    source: row.source ?? "",
    connection: row.connection,
    status: STATUSES[row.state] ?? "pending",
    attempts: row.attempts,
    createdAt: row.created_ms,
    nextAttemptAt: pending ? due : null,
    confirming: pending && row.confirming === 1,
    settledAt: row.settled_ms,
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorFact),
    responseStatus: row.response,
  };
}

/** Its tries that are kept, oldest first, from the entries that tell of them. */
export function triesOf(
  row: StoredDelivery,
  index: Statements,
  log: Statements,
): DeliveryAttemptRow[] {
  const earlier = index
    .of<{ entry_seq: number }, [number]>(
      "SELECT entry_seq FROM tries WHERE delivery_id = ? ORDER BY entry_seq",
    )
    .all(row.id)
    .map(({ entry_seq }) => entry_seq);
  const entry = log.of<{ fact: string }, [number]>("SELECT fact FROM log WHERE seq = ?");
  const places = row.last_try === null ? earlier : [...earlier, row.last_try];
  return places.flatMap((place) => {
    const found = entry.get(place);
    return found === null ? [] : [attemptRow(JSON.parse(found.fact) as Tried)];
  });
}

type Tried = Extract<SendingFact, { kind: "tried" }>;

function attemptRow(fact: Tried): DeliveryAttemptRow {
  const { attempt, startedAt, durationMs, outcome, nextAt, error, requestHeaders, reply } = fact;
  return { attempt, startedAt, durationMs, outcome, nextAt, error, requestHeaders, reply };
}

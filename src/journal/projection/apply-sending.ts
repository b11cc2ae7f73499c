import type { Fact } from "../facts.ts";
import type { DeliveryRef, EndpointId } from "../sending.ts";
import type { SendingFact } from "../sending-facts.ts";
import { whole } from "./codes.ts";
import { DELIVERY, type DeliveryState } from "./deliveries.ts";
import type { EndpointState } from "./endpoints.ts";
import type { LogRow } from "./log-row.ts";
import type { Tables } from "./tables.ts";

type Of<K extends Fact["kind"]> = Extract<Fact, { kind: K }>;

const ENDPOINT = { enabled: 0, paused: 1, disabled: 2 } as const;

/** An event was completed at `position`: it is owed to those of the endpoints that are there and not disabled. */
export function owe(
  endpoints: readonly EndpointId[],
  event: number,
  connectionId: number | null,
  position: number,
  atMs: number,
  tables: Tables,
): void {
  for (const id of endpoints) {
    const endpoint = tables.endpoints.named(id);
    if (endpoint === null || endpoint.status === ENDPOINT.disabled) continue;
    if (tables.deliveries.of(event, endpoint) !== null) continue;
    tables.deliveries.add(event, endpoint, connectionId, position, atMs);
    endpoint.pending++;
    tables.endpoints.touch(endpoint);
  }
}

/** What is said of endpoints and their deliveries. */
export function applySending(row: LogRow, fact: SendingFact, tables: Tables): void {
  switch (fact.kind) {
    case "endpoint_put":
    case "endpoint_removed":
    case "endpoint_set":
      return applyEndpoint(row, fact, tables);
    case "tried":
      return applyTried(row, fact, tables);
    case "confirmed":
      return applyConfirmed(row, fact, tables);
    case "resent":
      return applyResent(row, fact, tables);
    case "delivery_cancelled":
      return applyCancelled(row, fact, tables);
    case "acked":
      return applyAcked(row, fact, tables);
    case "sought":
      return applySought(fact, tables);
  }
}

function applyEndpoint(
  row: LogRow,
  fact: Of<"endpoint_put" | "endpoint_removed" | "endpoint_set">,
  tables: Tables,
): void {
  if (fact.kind === "endpoint_put")
    return tables.endpoints.put(fact.id, JSON.stringify(fact.endpoint), row.at_ms);
  const endpoint = tables.endpoints.named(fact.id);
  if (endpoint === null) return;
  tables.endpoints.touch(endpoint);
  if (fact.kind === "endpoint_removed") {
    endpoint.removed = 1;
    endpoint.pending = 0;
    return;
  }
  endpoint.status = ENDPOINT[fact.status];
  endpoint.status_reason = fact.reason;
  endpoint.status_ms = row.at_ms;
  // Whoever enables it gives it a new start: its failures of before disable it no more.
  if (fact.status === "enabled") endpoint.failing_since_ms = null;
}

function applyTried(row: LogRow, fact: Of<"tried">, tables: Tables): void {
  const found = pendingOne(fact.delivery, tables);
  if (found === null) return;
  const { endpoint, delivery } = found;
  tables.deliveries.tried(delivery, row.seq);
  delivery.attempts = fact.attempt;
  delivery.error = fact.error === null ? null : JSON.stringify(fact.error);
  delivery.response = fact.reply?.status ?? null;
  const failing = fact.outcome === "retry" || fact.outcome === "failed";
  if (failing) endpoint.failing_since_ms ??= row.at_ms;
  if (fact.outcome === "delivered") return delivered(row, endpoint, delivery);
  if (fact.outcome === "failed") {
    endpoint.failed++;
    return settle(row, endpoint, delivery, DELIVERY.failed);
  }
  delivery.due_ms = whole(fact.nextAt) ?? row.at_ms;
  delivery.since_ms = row.at_ms;
  delivery.confirming = fact.outcome === "confirming" ? 1 : 0;
}

function applyConfirmed(row: LogRow, fact: Of<"confirmed">, tables: Tables): void {
  const found = pendingOne(fact.delivery, tables);
  if (found !== null) delivered(row, found.endpoint, found.delivery);
}

function applyCancelled(row: LogRow, fact: Of<"delivery_cancelled">, tables: Tables): void {
  for (const ref of fact.deliveries) {
    const found = pendingOne(ref, tables);
    if (found === null) continue;
    settle(row, found.endpoint, found.delivery, DELIVERY.cancelled);
    found.delivery.error = JSON.stringify({ code: "cancelled", message: fact.reason });
  }
}

/** What is settled goes to the end of the queue; what is pending stays where it is and need not wait. */
function applyResent(row: LogRow, fact: Of<"resent">, tables: Tables): void {
  for (const [index, { event, endpoint: id }] of fact.deliveries.entries()) {
    const endpoint = tables.endpoints.named(id);
    const position = row.seq + index;
    if (endpoint === null) continue;
    tables.endpoints.touch(endpoint);
    const delivery = tables.deliveries.of(event, endpoint);
    if (delivery === null) {
      const known = tables.events.event(event);
      if (known === null) continue;
      tables.deliveries.add(event, endpoint, known.connection_id, position, row.at_ms);
      endpoint.pending++;
      continue;
    }
    const owner = ownerOf(delivery, endpoint, tables);
    const status = statusOf(delivery, owner);
    if (status !== DELIVERY.pending) {
      if (status === DELIVERY.delivered) owner.delivered--;
      if (status === DELIVERY.failed) owner.failed--;
      tables.endpoints.touch(owner);
      endpoint.pending++;
      tables.deliveries.move(delivery, endpoint);
      delivery.position = position;
      delivery.head = delivery.connection_id === null ? 1 : 0;
    }
    delivery.status = DELIVERY.pending;
    delivery.attempts = 0;
    delivery.settled_ms = null;
    delivery.error = null;
    delivery.response = null;
    noWait(delivery);
  }
}

/** The place is a number of the endpoint's: a million deliveries are acknowledged by writing it down. */
function applyAcked(row: LogRow, fact: Of<"acked">, tables: Tables): void {
  const endpoint = tables.endpoints.named(fact.endpoint);
  if (endpoint === null) return;
  const upTo = positionOf(fact.upTo, endpoint, tables);
  if (upTo <= endpoint.acked_to) return;
  const passed = tables.deliveries.pendingBetween(endpoint, endpoint.acked_to, upTo);
  endpoint.acked_event = fact.upTo;
  endpoint.acked_to = upTo;
  endpoint.pending -= passed;
  endpoint.delivered += passed;
  if (passed > 0) endpoint.last_delivery_ms = row.at_ms;
  tables.endpoints.touch(endpoint);
}

/** What was cancelled or settled one by one stays so. */
function applySought(fact: Of<"sought">, tables: Tables): void {
  const endpoint = tables.endpoints.named(fact.endpoint);
  if (endpoint === null) return;
  const to = positionOf(fact.after, endpoint, tables);
  const [low, high] = [Math.min(to, endpoint.acked_to), Math.max(to, endpoint.acked_to)];
  const passed = tables.deliveries.pendingBetween(endpoint, low, high);
  const owedAgain = to < endpoint.acked_to ? passed : -passed;
  endpoint.pending += owedAgain;
  endpoint.delivered -= owedAgain;
  endpoint.acked_event = fact.after;
  endpoint.acked_to = to;
  tables.endpoints.touch(endpoint);
}

/** Where an event stands in an endpoint's queue; one that is not in it stands where it was journaled. */
function positionOf(event: number, endpoint: EndpointState, tables: Tables): number {
  const delivery = tables.deliveries.of(event, endpoint);
  return delivery?.endpoint_id === endpoint.id ? delivery.position : event;
}

/** The endpoint as it was when the delivery came to be: itself, or its past before it was removed. */
function ownerOf(delivery: DeliveryState, endpoint: EndpointState, tables: Tables): EndpointState {
  const rows = tables.endpoints.all(endpoint.name);
  return rows.find((row) => row.id === delivery.endpoint_id) ?? endpoint;
}

function statusOf(delivery: DeliveryState, owner: EndpointState): number {
  if (delivery.status !== DELIVERY.pending) return delivery.status;
  if (delivery.position <= owner.acked_to) return DELIVERY.delivered;
  return owner.removed === 1 ? DELIVERY.cancelled : DELIVERY.pending;
}

function pendingOne(
  { event, endpoint: id }: DeliveryRef,
  tables: Tables,
): { endpoint: EndpointState; delivery: DeliveryState } | null {
  const endpoint = tables.endpoints.named(id);
  const delivery = endpoint === null ? null : tables.deliveries.of(event, endpoint);
  if (endpoint === null || delivery === null) return null;
  if (delivery.endpoint_id !== endpoint.id) return null;
  if (statusOf(delivery, endpoint) !== DELIVERY.pending) return null;
  tables.endpoints.touch(endpoint);
  return { endpoint, delivery };
}

function delivered(row: LogRow, endpoint: EndpointState, delivery: DeliveryState): void {
  endpoint.delivered++;
  endpoint.last_delivery_ms = row.at_ms;
  endpoint.failing_since_ms = null;
  settle(row, endpoint, delivery, DELIVERY.delivered);
}

function settle(
  row: LogRow,
  endpoint: EndpointState,
  delivery: DeliveryState,
  status: number,
): void {
  endpoint.pending--;
  delivery.status = status;
  delivery.settled_ms = row.at_ms;
  noWait(delivery);
}

function noWait(delivery: DeliveryState): void {
  delivery.due_ms = null;
  delivery.since_ms = null;
  delivery.confirming = 0;
}

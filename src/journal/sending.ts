import type { Millis } from "../base/clock.ts";
import type { EventId, Seq } from "../base/ids.ts";
import type { EndpointId, ErrorFact, Origin, Page } from "./terms.ts";

export type { EndpointId } from "./terms.ts";

/**
 * The vocabulary of sending: endpoints, and what is owed to them. A delivery is named by its event and its
 * endpoint, and there is one at most for each such pair: a replayed event is not sent a second time unless
 * somebody asks for it. Deliveries come into being in the entry that causes them, which lists the endpoints.
 */

/** `dlv_…`: made of the event's id and the endpoint's. */
export type DeliveryId = string & { readonly brand: "DeliveryId" };

export const endpointId = (text: string): EndpointId => text as EndpointId;

export const deliveryId = (event: EventId, endpoint: EndpointId): DeliveryId =>
  `dlv_${event.slice(4)}_${endpoint.slice(3)}` as DeliveryId;

const DELIVERY_ID = /^dlv_([0-9a-z]{14})_([0-9A-Za-z]{1,64})$/;

/** The event and the endpoint inside a delivery's id; `undefined` for text that is none. */
export function parseDeliveryId(
  text: string,
): { event: EventId; endpoint: EndpointId } | undefined {
  const match = DELIVERY_ID.exec(text);
  if (match === null) return undefined;
  return { event: `evt_${match[1]}` as EventId, endpoint: `ep_${match[2]}` as EndpointId };
}

/** Events that no source received: published by the API. No source can bear this name. */
export const PUBLISHED_SOURCE = "_publish";

export type EndpointStatus = "enabled" | "paused" | "disabled";
export type DeliveryStatus = "pending" | "delivered" | "failed" | "cancelled";

/** An endpoint as the journal keeps it. */
export interface StoredEndpoint {
  /** Of a configured one its key in the configuration; of others as the operator calls it. */
  readonly name: string;
  /** A configured one's definition stands in the configuration, and `definition` and `sealed` are null. */
  readonly origin: "config" | "api";
  /** JSON text of what the endpoint is, without its secrets. */
  readonly definition: string | null;
  /** Its secrets, headers and credentials, encrypted. */
  readonly sealed: string | null;
  readonly createdAt: Millis;
}

export interface DeliveryRef {
  readonly event: Seq;
  readonly endpoint: EndpointId;
}

/** What came back from the other side, as far as it is kept. */
export interface StoredReply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** First 16 KiB, as text; what is not UTF-8 is replaced. */
  readonly body: string;
  readonly truncated: boolean;
}

export interface EndpointRow {
  readonly id: EndpointId;
  readonly endpoint: StoredEndpoint;
  readonly status: EndpointStatus;
  readonly statusReason: string | null;
  readonly statusAt: Millis;
  readonly pending: number;
  readonly delivered: number;
  readonly failed: number;
  readonly lastDeliveryAt: Millis | null;
  /** Since when nothing but failure: the first failed try after the last success; `null` when the last try succeeded. */
  readonly failingSince: Millis | null;
  /** Pull: the last event acknowledged. */
  readonly ackedUpTo: Seq;
}

export interface DeliveryRow {
  readonly id: DeliveryId;
  readonly event: EventId;
  readonly seq: Seq;
  readonly endpoint: EndpointId;
  readonly type: string;
  readonly source: string;
  readonly connection: string | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly createdAt: Millis;
  readonly nextAttemptAt: Millis | null;
  /** Accepted, and waiting for the confirmation until `nextAttemptAt`. */
  readonly confirming: boolean;
  /** `null` also for those that were acknowledged or cancelled all at once. */
  readonly settledAt: Millis | null;
  readonly error: ErrorFact | null;
  /** HTTP status of the last try. */
  readonly responseStatus: number | null;
}

export interface DeliveryAttemptRow {
  readonly attempt: number;
  readonly startedAt: Millis;
  readonly durationMs: number;
  readonly outcome: "delivered" | "confirming" | "retry" | "failed";
  readonly nextAt: Millis | null;
  readonly error: ErrorFact | null;
  readonly requestHeaders: readonly (readonly [string, string])[];
  readonly reply: StoredReply | null;
}

export interface DeliveryDetail extends DeliveryRow {
  /** Over all rounds, oldest first; the newest hundred. */
  readonly attemptLog: readonly DeliveryAttemptRow[];
}

export interface DeliveryFilter {
  readonly endpoint?: EndpointId;
  readonly event?: EventId;
  readonly status?: DeliveryStatus;
  readonly since?: Millis;
  readonly until?: Millis;
}

/** What operators read of sending; bounded and up to date like all reads. */
export interface SendingReads {
  endpoints(page: { limit: number; cursor: string | null }): Promise<Page<EndpointRow>>;
  endpoint(id: EndpointId): Promise<EndpointRow | null>;
  /** Newest first. */
  deliveries(
    filter: DeliveryFilter,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<DeliveryRow>>;
  delivery(id: DeliveryId): Promise<DeliveryDetail | null>;
  /** Failed deliveries in order of their events, after `after`: what "resend all failed since" walks. */
  failedDeliveries(
    filter: DeliveryFilter,
    after: Seq,
    limit: number,
  ): Promise<readonly DeliveryRef[]>;
}

/** One owed delivery, as what sends it takes it into memory: no body, no headers. */
export interface OwedDelivery {
  readonly event: Seq;
  readonly connection: { readonly source: string; readonly key: string } | null;
  /** The place in the log at which it came to be owed: its event's settling, its emit, its publish, its last resending. Its place in the queue. */
  readonly made: Seq;
  readonly attempts: number;
  readonly createdAt: Millis;
  /** Not before; `null`: at once. */
  readonly dueAt: Millis | null;
  readonly waitingSince: Millis | null;
  readonly confirming: boolean;
}

/** An event as it is sent. */
export interface OutgoingEvent {
  readonly id: EventId;
  readonly seq: Seq;
  readonly source: string;
  readonly connection: string | null;
  readonly type: string;
  readonly origin: Origin;
  readonly occurredAt: Millis | null;
  readonly receivedAt: Millis;
  readonly trace: string | null;
  /** The event's own bytes, of whatever media type; `null` once retention has emptied them. */
  readonly body: Uint8Array | null;
  /** The request's `content-type`; `application/json` for emitted and published ones. */
  readonly contentType: string;
}

/** What sending itself reads, by the mailboxes' thread: bounded pages that hold everything journaled before the call. */
export interface OwedReads {
  /** Every endpoint that is not removed, with its status. */
  endpointStates(): Promise<readonly EndpointRow[]>;
  /**
   * What is owed to one endpoint and could be tried at `now`: first what waited and need not any more, the
   * longest overdue first and wherever it stands; then what waits for nothing, in order of `made` after
   * `after`. What is being tried at this moment is among it: the journal does not know. An event that is
   * settled late is owed late: whoever goes on from the last `made` meets it. `upTo`: everything journaled
   * up to there was looked at; `more`: the page was full.
   */
  owed(
    endpoint: EndpointId,
    now: Millis,
    after: Seq,
    limit: number,
  ): Promise<{ deliveries: readonly OwedDelivery[]; more: boolean; upTo: Seq }>;
  /**
   * The same for endpoints that want the order of each connection: only the first unsettled delivery of each
   * connection, and those without a connection. The next of a connection may stand before `after`.
   */
  owedHeads(
    endpoint: EndpointId,
    now: Millis,
    after: Seq,
    limit: number,
  ): Promise<{ deliveries: readonly OwedDelivery[]; more: boolean; upTo: Seq }>;
  /** When the next of an endpoint's waiting deliveries is due; `null`: none waits. */
  nextDue(endpoint: EndpointId): Promise<Millis | null>;
  /** Events that an earlier reading named: it waits for nothing. One per seq, in order; `null` for one that is gone. */
  outgoing(events: readonly Seq[]): Promise<readonly (OutgoingEvent | null)[]>;
  /** Pull: unacknowledged deliveries in the order in which they came to be owed, after the place `after` (0: from the first). */
  unacked(
    endpoint: EndpointId,
    after: Seq,
    limit: number,
  ): Promise<{ deliveries: readonly OwedDelivery[]; more: boolean }>;
}

/** An event that is about to be journaled as completed, as far as endpoints choose by it. */
export interface Fannable {
  readonly source: string;
  readonly connection: string | null;
  readonly type: string;
  /** Parsed payload; asked for only when an endpoint has a filter. `undefined` when it cannot be parsed. */
  data(): unknown;
}

/** Which endpoints an event goes to, and the news that something is owed to them. Wired between mailboxes, receiving and sending. */
export interface FanOut {
  /** Of endpoints that are not disabled; the shared empty list when there is none: it is on the way to every acknowledgement. */
  match(event: Fannable): readonly EndpointId[];
  /** Journaled: what is owed may be sent now. */
  owed(endpoints: readonly EndpointId[]): void;
}

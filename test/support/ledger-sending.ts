import type { Millis } from "../../src/base/clock.ts";
import { type Seq, seq } from "../../src/base/ids.ts";
import type {
  DeliveryRef,
  DeliveryStatus,
  EndpointId,
  EndpointStatus,
} from "../../src/journal/sending.ts";
import type { SendingFact } from "../../src/journal/sending-facts.ts";
import type { Entry } from "./ledger-rows.ts";

export interface Delivery {
  readonly event: Entry;
  /** Of which registration of its endpoint. */
  life: number;
  made: Seq;
  status: DeliveryStatus;
  attempts: number;
  tries: number;
  dueAt: Millis | null;
  waitingSince: Millis | null;
  confirming: boolean;
  /** Acknowledged by its place, and so again owed when it is sought. */
  acked: boolean;
}

export interface Endpoint {
  readonly id: EndpointId;
  readonly life: number;
  status: EndpointStatus;
  removed: boolean;
  failingSince: Millis | null;
  ackedUpTo: Seq;
  ackedTo: number;
  readonly deliveries: Map<Seq, Delivery>;
}

/** What facts of sending mean, said plainly: every delivery is touched one by one. */
export class SendingLedger {
  readonly endpoints = new Map<EndpointId, Endpoint>();

  owe(ids: readonly EndpointId[], event: Entry, made: Seq): void {
    for (const id of ids) {
      const endpoint = this.#there(id);
      if (endpoint === null || endpoint.status === "disabled") continue;
      if (!endpoint.deliveries.has(event.seq)) this.#add(endpoint, event, made);
    }
  }

  record(fact: SendingFact, place: Seq, eventAt: (event: Seq) => Entry | null): void {
    switch (fact.kind) {
      case "endpoint_put":
        return this.#put(fact.id);
      case "endpoint_removed":
        return this.#remove(fact.id);
      case "endpoint_set": {
        const endpoint = this.#there(fact.id);
        if (endpoint === null) return;
        endpoint.status = fact.status;
        if (fact.status === "enabled") endpoint.failingSince = null;
        return;
      }
      case "tried":
        return this.#tried(fact);
      case "confirmed":
        return this.#settle(fact.delivery, "delivered");
      case "delivery_cancelled":
        for (const ref of fact.deliveries) this.#settle(ref, "cancelled");
        return;
      case "resent":
        for (const [index, ref] of fact.deliveries.entries())
          this.#resent(ref, seq(place + index), eventAt(ref.event));
        return;
      case "acked":
        return this.#acked(fact.endpoint, fact.upTo);
      case "sought":
        return this.#sought(fact.endpoint, fact.after);
    }
  }

  #there(id: EndpointId): Endpoint | null {
    const endpoint = this.endpoints.get(id);
    return endpoint === undefined || endpoint.removed ? null : endpoint;
  }

  #put(id: EndpointId): void {
    if (this.#there(id) !== null) return;
    const deliveries = this.endpoints.get(id)?.deliveries ?? new Map<Seq, Delivery>();
    // What it was sent before it was removed is not to be acknowledged or sought again.
    for (const delivery of deliveries.values()) delivery.acked = false;
    const fresh = { status: "enabled", removed: false, failingSince: null } as const;
    const life = (this.endpoints.get(id)?.life ?? 0) + 1;
    this.endpoints.set(id, { id, life, ...fresh, ackedUpTo: seq(0), ackedTo: 0, deliveries });
  }

  #remove(id: EndpointId): void {
    const endpoint = this.#there(id);
    if (endpoint === null) return;
    endpoint.removed = true;
    for (const delivery of endpoint.deliveries.values())
      if (delivery.status === "pending") settle(delivery, "cancelled");
  }

  #tried(fact: Extract<SendingFact, { kind: "tried" }>): void {
    const found = this.#pending(fact.delivery);
    if (found === null) return;
    const { endpoint, delivery } = found;
    delivery.tries++;
    delivery.attempts = fact.attempt;
    if (fact.outcome === "retry" || fact.outcome === "failed") endpoint.failingSince ??= fact.at;
    if (fact.outcome === "delivered" || fact.outcome === "failed")
      return this.#settle(fact.delivery, fact.outcome);
    delivery.dueAt = fact.nextAt ?? fact.at;
    delivery.waitingSince = fact.at;
    delivery.confirming = fact.outcome === "confirming";
  }

  #settle(ref: DeliveryRef, status: "delivered" | "failed" | "cancelled"): void {
    const found = this.#pending(ref);
    if (found === null) return;
    settle(found.delivery, status);
    if (status === "delivered") found.endpoint.failingSince = null;
  }

  #resent(ref: DeliveryRef, made: Seq, event: Entry | null): void {
    const endpoint = this.#there(ref.endpoint);
    if (endpoint === null) return;
    const known = endpoint.deliveries.get(ref.event);
    if (known === undefined) {
      if (event !== null) this.#add(endpoint, event, made);
      return;
    }
    if (known.status !== "pending") {
      known.made = made;
      known.life = endpoint.life;
    }
    known.status = "pending";
    known.attempts = 0;
    known.acked = false;
    known.dueAt = null;
    known.waitingSince = null;
    known.confirming = false;
  }

  #acked(id: EndpointId, upTo: Seq): void {
    const endpoint = this.#there(id);
    if (endpoint === null) return;
    const to = placeIn(endpoint, upTo);
    if (to <= endpoint.ackedTo) return;
    this.#ackUpTo(endpoint, upTo, to);
  }

  #sought(id: EndpointId, after: Seq): void {
    const endpoint = this.#there(id);
    if (endpoint === null) return;
    const to = placeIn(endpoint, after);
    for (const delivery of endpoint.deliveries.values()) {
      if (!delivery.acked || delivery.made <= to) continue;
      delivery.acked = false;
      delivery.status = "pending";
    }
    this.#ackUpTo(endpoint, after, to);
  }

  #ackUpTo(endpoint: Endpoint, event: Seq, to: number): void {
    for (const delivery of endpoint.deliveries.values()) {
      if (delivery.status !== "pending" || delivery.made > to) continue;
      delivery.acked = true;
      delivery.status = "delivered";
    }
    endpoint.ackedUpTo = event;
    endpoint.ackedTo = to;
  }

  #pending(ref: DeliveryRef): { endpoint: Endpoint; delivery: Delivery } | null {
    const endpoint = this.#there(ref.endpoint);
    const delivery = endpoint?.deliveries.get(ref.event);
    if (endpoint === null || delivery?.status !== "pending") return null;
    return { endpoint, delivery };
  }

  #add(endpoint: Endpoint, event: Entry, made: Seq): void {
    const none = { dueAt: null, waitingSince: null, confirming: false, acked: false };
    const { life } = endpoint;
    const delivery = {
      event,
      life,
      made,
      status: "pending",
      attempts: 0,
      tries: 0,
      ...none,
    } as const;
    endpoint.deliveries.set(event.seq, { ...delivery });
  }
}

function settle(delivery: Delivery, status: DeliveryStatus): void {
  delivery.status = status;
  delivery.dueAt = null;
  delivery.waitingSince = null;
  delivery.confirming = false;
}

function placeIn(endpoint: Endpoint, event: Seq): number {
  const delivery = endpoint.deliveries.get(event);
  return delivery?.life === endpoint.life ? delivery.made : event;
}

import type { Outgoing } from "../../src/admin/deps.ts";
import type { EventId } from "../../src/base/ids.ts";
import { seq } from "../../src/base/ids.ts";
import { err, ok } from "../../src/base/result.ts";
import type { EndpointSettings } from "../../src/config/settings.ts";
import type { Page } from "../../src/journal/rows.ts";
import {
  type DeliveryDetail,
  type DeliveryFilter,
  deliveryId,
  type EndpointId,
  type EndpointRow,
  endpointId,
} from "../../src/journal/sending.ts";
import type {
  EndpointOverview,
  Message,
  PulledMessage,
  SendingRefusal,
} from "../../src/outbound/sending.ts";
import { anEvent } from "./fake-reads.ts";

export const SHOP = endpointId("ep_shop1");
const AT = Date.parse("2026-03-01T08:30:00Z");

/** Sending as the API sees it: notes what is asked, and knows one endpoint, `shop`. */
export class FakeOutgoing implements Outgoing {
  readonly calls: unknown[][] = [];
  refusal: SendingRefusal | null = null;
  thrown: Error | null = null;
  rows: EndpointRow[] = [anEndpoint(SHOP, "shop")];
  overviews = new Map<EndpointId, EndpointOverview>([[SHOP, anOverview(SHOP, "shop")]]);
  deliveryRows: DeliveryDetail[] = [aDelivery()];
  pulled: PulledMessage[] = [];
  duplicate = false;
  readonly filters: DeliveryFilter[] = [];

  readonly sending: Outgoing["sending"] = {
    endpoint: (id) => this.overviews.get(id) ?? null,
    endpoints: () => [...this.overviews.values()],
    named: (name) => [...this.overviews.values()].find((one) => one.name === name)?.id ?? null,
    create: async (name: string, settings: EndpointSettings, by: string) => {
      const id = endpointId("ep_new1");
      const done = this.#did("create", [name, settings, by], { id, secret: "whsec_new" });
      if (!done.ok) return done;
      this.rows.push(anEndpoint(id, name));
      this.overviews.set(id, anOverview(id, name));
      return done;
    },
    patch: async (...args) => this.#did("patch", args, null),
    remove: async (...args) => this.#did("remove", args, null),
    rotateSecret: async (...args) =>
      this.#did("rotateSecret", args, { secret: "whsec_next", previousUntil: AT }),
    test: async (...args) => this.#did("test", args, this.#appended()),
    enable: async (...args) => this.#did("enable", args, null),
    disable: async (...args) => this.#did("disable", args, null),
    pause: async (...args) => this.#did("pause", args, null),
    resume: async (...args) => this.#did("resume", args, null),
    resend: async (...args) => this.#did("resend", args, null),
    resendFailed: async (...args) => this.#did("resendFailed", args, { resent: 3 }),
    send: async (event: EventId, id: EndpointId, by: string) =>
      this.#did("send", [event, id, by], { delivery: deliveryId(event, id) }),
    publish: async (message: Message, by: string) =>
      this.#did("publish", [message, by], this.#appended()),
  };

  readonly pulling: Outgoing["pulling"] = {
    messages: async (id, page) => this.#did("messages", [id, page], this.pulled),
    ack: async (...args) => this.#did("ack", args, null),
    seek: async (...args) => this.#did("seek", args, null),
  };

  readonly reads: Outgoing["reads"] = {
    endpoints: async () => page(this.rows),
    endpoint: async (id) => this.rows.find((row) => row.id === id) ?? null,
    deliveries: async (filter) => {
      this.filters.push(filter);
      return page(this.deliveryRows);
    },
    delivery: async (id) => this.deliveryRows.find((row) => row.id === id) ?? null,
    failedDeliveries: async () => [],
  };

  #appended() {
    return { id: anEvent(9).id, seq: seq(9), duplicate: this.duplicate };
  }

  #did<T>(name: string, args: readonly unknown[], value: T) {
    this.calls.push([name, ...args]);
    if (this.thrown !== null) throw this.thrown;
    return this.refusal === null ? ok(value) : err(this.refusal);
  }
}

const page = <T>(rows: readonly T[]): Page<T> => ({ rows, nextCursor: null });

export function anEndpoint(
  id: EndpointId,
  name: string,
  over: Partial<EndpointRow> = {},
): EndpointRow {
  return {
    id,
    endpoint: { name, origin: "api", definition: null, sealed: null, createdAt: AT },
    status: "enabled",
    statusReason: null,
    statusAt: AT,
    pending: 2,
    delivered: 5,
    failed: 1,
    lastDeliveryAt: AT,
    failingSince: null,
    ackedUpTo: seq(0),
    ...over,
  };
}

export function anOverview(id: EndpointId, name: string): EndpointOverview {
  return {
    id,
    name,
    origin: "api",
    definition: {
      url: "https://shop.example.com/hook",
      types: ["order.*"],
      filter: { amount: { $gte: 10 } },
      headers: ["x-tenant"],
      auth: "bearer",
      strategy: "push",
      batch: { items: 100, waitMs: 1000 },
      order: "none",
      rateLimit: null,
      concurrency: 10,
      timeoutMs: 15_000,
      retry: {
        attempts: 3,
        baseMs: 1000,
        factor: 2,
        maxMs: 60_000,
        jitter: "full",
        delaysMs: [5000, 90_000],
      },
      confirmMs: null,
      paused: false,
    },
    keys: [{ version: "v1", publicKey: null, fingerprint: "01234567", until: null }],
    activity: { state: "idle", until: null, detail: "Nothing to send.", inFlight: 0 },
  };
}

export function aDelivery(over: Partial<DeliveryDetail> = {}): DeliveryDetail {
  const event = anEvent(3);
  return {
    id: deliveryId(event.id, SHOP),
    event: event.id,
    seq: event.seq,
    endpoint: SHOP,
    type: "order.paid",
    source: "bank",
    connection: "c1",
    status: "failed",
    attempts: 2,
    createdAt: AT,
    nextAttemptAt: null,
    confirming: false,
    settledAt: AT,
    error: { code: "bad_status", message: "It answered 500." },
    responseStatus: 500,
    attemptLog: [
      {
        attempt: 1,
        startedAt: AT,
        durationMs: 12,
        outcome: "retry",
        nextAt: AT,
        error: { code: "bad_status", message: "It answered 500." },
        requestHeaders: [["webhook-id", event.id]],
        reply: {
          status: 500,
          headers: [
            ["set-cookie", "a"],
            ["set-cookie", "b"],
          ],
          body: "oops",
          truncated: false,
        },
      },
    ],
    ...over,
  };
}

import type { Millis } from "../base/clock.ts";

type Fields = Readonly<Record<string, unknown>>;

const CUSTOMER = "cus_sample000001";

/** The object of an event, by the first part of its type; what matters to a handler, not every field. */
const OBJECTS: Readonly<Record<string, Fields>> = {
  customer: { object: "customer", email: "ada@example.com", name: "Ada Lovelace", balance: 0 },
  "customer.subscription": {
    object: "subscription",
    customer: CUSTOMER,
    status: "active",
    items: { object: "list", data: [{ price: { id: "price_sample000001" }, quantity: 1 }] },
  },
  invoice: {
    object: "invoice",
    customer: CUSTOMER,
    amount_due: 2000,
    amount_paid: 2000,
    currency: "eur",
    status: "paid",
  },
  charge: {
    object: "charge",
    customer: CUSTOMER,
    amount: 2000,
    amount_refunded: 0,
    currency: "eur",
    paid: true,
  },
  payment_intent: {
    object: "payment_intent",
    customer: CUSTOMER,
    amount: 2000,
    currency: "eur",
    status: "succeeded",
  },
  "checkout.session": {
    object: "checkout.session",
    customer: CUSTOMER,
    amount_total: 2000,
    currency: "eur",
    mode: "payment",
    payment_status: "paid",
  },
  payout: { object: "payout", amount: 120_000, currency: "eur", status: "paid" },
  account: { object: "account", charges_enabled: true, payouts_enabled: true },
};

const PREFIXES: Readonly<Record<string, string>> = {
  customer: "cus",
  "customer.subscription": "sub",
  invoice: "in",
  charge: "ch",
  payment_intent: "pi",
  "checkout.session": "cs",
  payout: "po",
  account: "acct",
};

export const STRIPE_TYPES: readonly string[] = [
  "customer.created",
  "customer.updated",
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "invoice.paid",
  "invoice.payment_failed",
  "charge.succeeded",
  "charge.refunded",
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "checkout.session.completed",
  "payout.paid",
  "account.updated",
];

/** A snapshot event as Stripe sends it; `null` for a type that is not `object.verb`. Other types get a bare object. */
export function stripePayload(type: string, at: Millis, id: string): Fields | null {
  const match = /^([a-z0-9_]+(?:\.[a-z0-9_]+)*)\.[a-z0-9_]+$/.exec(type);
  const kind = match?.[1];
  if (kind === undefined) return null;
  const created = Math.floor(at / 1000);
  const object = OBJECTS[kind] ?? { object: kind };
  const objectId = kind === "customer" ? CUSTOMER : `${PREFIXES[kind] ?? "obj"}_sample000001`;
  return {
    id: id.startsWith("evt_") ? id : `evt_${id}`,
    object: "event",
    api_version: "2026-09-30",
    created,
    data: { object: { id: objectId, ...object, created, livemode: false, metadata: {} } },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
}

import type { Millis } from "../base/clock.ts";

type Fields = Readonly<Record<string, unknown>>;

const AMOUNT = { currency_code: "EUR", value: "20.00" };

const RESOURCES: Readonly<Record<string, Fields>> = {
  "PAYMENT.CAPTURE.COMPLETED": {
    id: "42311647XV020574X",
    amount: AMOUNT,
    status: "COMPLETED",
    supplementary_data: { related_ids: { order_id: "5O190127TN364715T" } },
  },
  "PAYMENT.CAPTURE.REFUNDED": { id: "1Y107995YT783435V", amount: AMOUNT, status: "COMPLETED" },
  "CHECKOUT.ORDER.APPROVED": { id: "5O190127TN364715T", intent: "CAPTURE", status: "APPROVED" },
  "BILLING.SUBSCRIPTION.ACTIVATED": { id: "I-BW452GLLEP1G", plan_id: "P-5ML4271244454362WX" },
  "BILLING.SUBSCRIPTION.CANCELLED": { id: "I-BW452GLLEP1G", plan_id: "P-5ML4271244454362WX" },
  "PAYMENT.SALE.COMPLETED": { id: "80021663DE681814L", billing_agreement_id: "I-BW452GLLEP1G" },
};

export const PAYPAL_TYPES: readonly string[] = Object.keys(RESOURCES);

/** An event as PayPal sends it; `null` for a type that is none of the samples'. */
export function paypalPayload(type: string, at: Millis, id: string): Fields | null {
  if (!Object.hasOwn(RESOURCES, type)) return null;
  const create_time = new Date(at).toISOString();
  return {
    id: id.startsWith("WH-") ? id : `WH-${id}`,
    event_version: "1.0",
    create_time,
    resource_type: type.split(".")[1]?.toLowerCase() ?? "resource",
    resource_version: "2.0",
    event_type: type,
    summary: "A sample",
    resource: { ...RESOURCES[type], create_time },
    links: [],
  };
}

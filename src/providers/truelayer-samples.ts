import type { Millis } from "../base/clock.ts";

type Fields = Readonly<Record<string, unknown>>;

const METHOD = { type: "bank_transfer", provider_id: "mock-payments-gb-redirect" };
const PAYMENT = { payment_id: "60c60a60-ed51-45ec-91ea-1d7b7e0e5d33", payment_method: METHOD };

const EVENTS: Readonly<Record<string, Fields>> = {
  payment_authorized: PAYMENT,
  payment_executed: PAYMENT,
  payment_settled: { ...PAYMENT, settlement_risk: { category: "low_risk" } },
  payment_failed: { ...PAYMENT, failure_reason: "not_authorized", failure_stage: "authorizing" },
  payout_executed: { payout_id: "b3c18bbd-a0c5-4e2e-91bc-1f5ab9e8f8a0" },
  refund_executed: { ...PAYMENT, refund_id: "3a1e9b9e-6b1a-4bb5-8a2f-0d8d5f9e0c11" },
};

export const TRUELAYER_TYPES: readonly string[] = Object.keys(EVENTS);

/** A webhook as TrueLayer sends it; `null` for a type that is none of the samples'. */
export function truelayerPayload(type: string, at: Millis, id: string): Fields | null {
  if (!Object.hasOwn(EVENTS, type)) return null;
  const done = `${type.split("_")[1]}_at`;
  const when = new Date(at).toISOString();
  return { type, event_version: 1, event_id: id, ...EVENTS[type], [done]: when };
}

import type { Context, Event } from "longstop";
import type { Entitlements } from "./entitlements.ts";

/** The parts of Stripe's subscription that matter here. */
interface SubscriptionEvent {
  readonly data: {
    readonly object: {
      readonly customer: string;
      readonly status: string;
      readonly metadata: { readonly plan?: string };
    };
  };
}

export interface Account {
  plan?: string;
  failedPayments?: number;
}

const ENTITLED = new Set(["active", "trialing", "past_due"]);

/** The plan that a customer is entitled to, kept in step with what Stripe says last. */
export function subscriptionHandler(entitlements: Entitlements) {
  return async (event: Event<SubscriptionEvent>, ctx: Context<Account>): Promise<void> => {
    const { customer, status, metadata } = event.data.data.object;
    if (event.type === "invoice.payment_failed") {
      ctx.state.failedPayments = (ctx.state.failedPayments ?? 0) + 1;
      ctx.emit("payment.failed", { customer, times: ctx.state.failedPayments });
      return;
    }
    if (!event.type.startsWith("customer.subscription.")) ctx.skip(`${event.type} changes no plan`);
    const ended = event.type === "customer.subscription.deleted" || !ENTITLED.has(status);
    const plan = ended ? "free" : (metadata.plan ?? "basic");
    if (plan === ctx.state.plan) ctx.skip("the plan is that already");
    await entitlements.grant(customer, plan, ctx.signal);
    ctx.emit("plan.changed", { customer, from: ctx.state.plan ?? null, to: plan });
    ctx.state.plan = plan;
    if (status === "active") ctx.state.failedPayments = 0;
  };
}

import { type Context, type Event, type Static, Type } from "longstop";

/** The parts of an invoice that this team relies on; Stripe's events carry it under `data.object`. */
export const InvoiceEvent = Type.Object({
  data: Type.Object({
    object: Type.Object({
      id: Type.String(),
      amount_paid: Type.Integer(),
      currency: Type.String(),
    }),
  }),
});

interface Ledger {
  paid?: Record<string, number>;
  last?: string;
}

/** Adds up what a customer has paid, per currency: state counts each event exactly once. */
export async function recordInvoice(
  event: Event<Static<typeof InvoiceEvent>>,
  ctx: Context<Ledger>,
): Promise<void> {
  if (event.type !== "invoice.paid") ctx.skip(`${event.type} changes nothing here`);
  const invoice = event.data.data.object;
  const paid = ctx.state.paid ?? {};
  paid[invoice.currency] = (paid[invoice.currency] ?? 0) + invoice.amount_paid;
  ctx.state = { paid, last: invoice.id };
  ctx.emit("ledger.changed", { invoice: invoice.id, paid });
}

import type { Context, Event } from "longstop";

/** The parts of Shopify's order that the warehouse needs. */
export interface Order {
  readonly id: number;
  readonly line_items?: readonly { readonly sku: string | null; readonly quantity: number }[];
}

interface Picking {
  asked?: boolean;
  cancelled?: boolean;
}

/**
 * A paid order is asked for once, however often Shopify tells of it; a cancelled one is called back, and
 * one that was cancelled before it was paid is never asked for.
 */
export function toWarehouse(event: Event<Order>, ctx: Context<Picking>): void {
  const order = event.data;
  if (event.type === "orders/cancelled") {
    if (ctx.state.asked && !ctx.state.cancelled) ctx.emit("pick.cancelled", { order: order.id });
    ctx.state.cancelled = true;
    return;
  }
  if (event.type !== "orders/paid") ctx.skip(`${event.type} is nothing to the warehouse`);
  if (ctx.state.cancelled) ctx.skip("cancelled before it was paid");
  if (ctx.state.asked) ctx.skip("asked for already");
  const lines = (order.line_items ?? []).filter(({ sku }) => sku !== null);
  if (lines.length === 0) ctx.fail("nothing in it can be picked: no line has a SKU");
  ctx.emit("pick.requested", {
    order: order.id,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  });
  ctx.state.asked = true;
}

import { type Context, type Event, type Static, Type } from "longstop";

export const Movement = Type.Object({
  id: Type.String(),
  sku: Type.String(),
  quantity: Type.Integer({ minimum: 0 }),
});

interface Article {
  onHand?: number;
  low?: boolean;
}

const LOW_BELOW = 10;

/**
 * One movement of one article. Its count is kept in the same commit that settles the movement, so that
 * each counts exactly once: a sale that the till sends twice is sold once.
 */
export function applyMovement(event: Event<Static<typeof Movement>>, ctx: Context<Article>): void {
  const { sku, quantity } = event.data;
  const before = ctx.state.onHand ?? 0;
  const onHand = after(event.type, before, quantity);
  if (onHand === null) ctx.skip(`${event.type} moves nothing`);
  ctx.state.onHand = onHand;
  const low = onHand < LOW_BELOW;
  // Told when it becomes low, and not at every sale after that.
  if (low && !ctx.state.low) ctx.emit("stock.low", { sku, onHand });
  ctx.state.low = low;
}

/** `null`: such a movement moves nothing. Below nothing is a mistake of counting, and is shown as it is. */
function after(kind: string, before: number, quantity: number): number | null {
  if (kind === "received") return before + quantity;
  if (kind === "sold") return before - quantity;
  return kind === "counted" ? quantity : null;
}

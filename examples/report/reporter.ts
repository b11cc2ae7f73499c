import type { Context, Event } from "longstop";

interface Told {
  readonly shop: string;
  /** `2026-05-01` */
  readonly day: string;
  readonly cents?: number;
}

interface Takings {
  /** By day that has not been reported yet. */
  open?: Record<string, { sales: number; cents: number }>;
  reported?: string;
}

/** Sums up sales by day; the day's end makes the report, once, and empties the sum. */
export async function reporter(event: Event<Told>, ctx: Context<Takings>): Promise<void> {
  const { shop, day, cents = 0 } = event.data;
  const open = ctx.state.open ?? {};
  const today = open[day] ?? { sales: 0, cents: 0 };
  if (event.type === "sale") {
    if (day <= (ctx.state.reported ?? "")) ctx.fail(`the report of ${day} is out already`);
    open[day] = { sales: today.sales + 1, cents: today.cents + cents };
    ctx.state.open = open;
    return;
  }
  if (event.type !== "day.ended") ctx.skip(`${event.type} is no part of the report`);
  const text = await ctx.step("write report", () => written(shop, day, today));
  ctx.emit("report.ready", { shop, day, text }, { id: `${shop}-${day}` });
  delete open[day];
  ctx.state = { open, reported: day };
}

/** Stands for whatever makes your report; as a step it is made once. */
function written(shop: string, day: string, { sales, cents }: { sales: number; cents: number }) {
  return `${shop}, ${day}: ${sales} sales, ${(cents / 100).toFixed(2)}`;
}

import { createHmac } from "node:crypto";
import { Server } from "../support/executable.ts";
import { until } from "../support/processes.ts";

/** An installation with something to look at: used by the stories and by the screenshots. */

const SECRET = "secret-of-the-world";

const FAILING = 'throw new Error("The warehouse answered 503 for order " + event.data.id);';
const MENDED = "ctx.state.seen = (ctx.state.seen ?? 0) + 1;";

interface Wish {
  /** The handler of orders fails for those marked so. */
  readonly failing: boolean;
  /** A secret that is taken beside the right one. */
  readonly also?: string;
}

function config({ failing, also = SECRET }: Wish): string {
  return `import { defineConfig } from "longstop";
const keys = {
  provider: "custom",
  verify: { scheme: "hmac", header: "x-signature", secrets: ["${SECRET}", "${also}"] },
  event: { id: "/id", type: "/type", connection: "/customer", occurredAt: "/at" },
};
export default defineConfig({
  sources: {
    orders: { ...keys, retry: { attempts: 2, base: "20ms" }, async onEvent(event, ctx) {
      if (event.data.fails) { ${failing ? FAILING : MENDED} }
      if (event.data.slow) await ctx.retry({ after: "1h" });
      await ctx.step("reserve", () => ({ shelf: 12 }));
      ctx.state.orders = (ctx.state.orders ?? 0) + 1;
      ctx.state.last = event.data.id;
    } },
    payments: { ...keys, async onEvent(event, ctx) { if (event.data.skip) ctx.skip("Not for us: " + event.data.skip); } },
  },
});
`;
}

export interface Order {
  readonly id: string;
  readonly type?: string;
  readonly customer?: string;
  readonly [more: string]: unknown;
}

export class World {
  readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<World> {
    const server = await Server.create({ config: config({ failing: true }) });
    await server.start();
    return new World(server);
  }

  /** Changes the configuration; resolves once it is in use. */
  async configure(wish: Wish): Promise<void> {
    const before = await this.#reloads();
    await this.server.write("longstop.config.ts", config(wish));
    this.server.signal("SIGHUP");
    await until(
      "the configuration is in use",
      10_000,
      async () => (await this.#reloads()) > before,
    );
  }

  async #reloads(): Promise<number> {
    return (await this.server.logs()).split("the configuration was reloaded").length;
  }

  /** Sends one order, or what is given as its text; answers the status and the first event's id. */
  async send(
    order: Order | string,
    { source = "orders", secret = SECRET } = {},
  ): Promise<{ status: number; id: string }> {
    const body = typeof order === "string" ? order : JSON.stringify({ ...DEFAULTS, ...order });
    const answer = await fetch(`${this.server.publicUrl}/in/${source}`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-signature": createHmac("sha256", secret).update(body).digest("hex"),
        "user-agent": "shop/2.1",
      },
    });
    const receipt = (await answer.json()) as { events?: { id: string }[] };
    return { status: answer.status, id: receipt.events?.[0]?.id ?? "" };
  }

  stop(): Promise<void> {
    return this.server.remove();
  }
}

const DEFAULTS = { type: "order.created", customer: "acme" };

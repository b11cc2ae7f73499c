import { defineConfig, env } from "longstop";
import { type Ledger, note } from "./ledger";

/**
 * Three senders, as a small shop has them. Each connection (a repository, a Stripe account, a
 * customer's account) keeps in its state which events it has handled, so that it can be checked from outside.
 */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  dataDir: "./data",
  sources: {
    github: {
      provider: "github",
      secrets: [env("GITHUB_WEBHOOK_SECRET")],
      onEvent: (event, ctx) => {
        ctx.state = note(ctx.state as Ledger, event.id);
      },
    },
    stripe: {
      provider: "stripe",
      secrets: [env("STRIPE_WEBHOOK_SECRET")],
      async onEvent(event, ctx) {
        // What a step returns is kept: it is not computed again on a later attempt.
        const cents = await ctx.step("amount", () => Number(event.data.data.object.amount));
        ctx.state = note(ctx.state as Ledger, event.id, cents);
      },
    },
    // A sender of our own: signed with a time, and up to 25 orders in one request.
    shop: {
      provider: "custom",
      secrets: [env("SHOP_WEBHOOK_SECRET")],
      verify: {
        scheme: "hmac",
        header: "x-shop-signature",
        signed: "{header:x-shop-time}.{body}",
        timestamp: { header: "x-shop-time", unit: "s", toleranceS: 300 },
      },
      event: {
        items: "/orders",
        id: "/id",
        type: "/kind",
        connection: "/account/id",
        occurredAt: "/createdAt",
      },
      onEvent: (event, ctx) => {
        ctx.state = note(ctx.state as Ledger, event.id);
      },
    },
  },
});

import { defineConfig, env } from "longstop";
import { type Ledger, note } from "../demo/ledger";

/**
 * A shop's orders, kept account by account, and sent on to two subscribers: `push.ts` is called, one event of an account
 * after the other; `pull.ts` comes for its events with a key of scope `pull:books`.
 */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  dataDir: "./data",
  sources: {
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
        ctx.state = note(ctx.state as Ledger, event.id, event.data.total);
      },
    },
  },
  endpoints: {
    warehouse: {
      url: env("WAREHOUSE_URL"),
      secret: env("WAREHOUSE_SECRET"),
      types: ["order.*"],
      order: "connection",
      // Squeezed, for a play of seconds; the default goes over three days.
      retry: { attempts: 20, base: "50ms", max: "1s" },
    },
    books: { strategy: "pull", types: ["order.*"] },
  },
  // The subscriber is on this machine. Those elsewhere, at https, need no exception.
  network: { allowPrivate: ["127.0.0.1/32"] },
});

import { defineConfig, env } from "longstop";
import { toWarehouse } from "./orders.ts";

/** Paid orders of a Shopify shop, sent on to a warehouse in words of our own, signed and in order. */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  sources: {
    shop: {
      provider: "shopify",
      secrets: [env("SHOPIFY_WEBHOOK_SECRET")],
      // What belongs to one order stays in order; orders do not wait for each other.
      event: { connection: "/id" },
      onEvent: toWarehouse,
    },
  },
  endpoints: {
    warehouse: {
      url: env("WAREHOUSE_URL", "https://warehouse.example.com/hooks"),
      types: ["pick.*"],
      order: "connection",
    },
  },
});

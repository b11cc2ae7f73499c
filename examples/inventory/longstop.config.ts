import { defineConfig, env } from "longstop";
import { applyMovement, Movement } from "./inventory.ts";

/** Movements of stock from the tills and the goods-in desk: one count for each article, and a word when it runs low. */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  sources: {
    stock: {
      provider: "custom",
      verify: { scheme: "api-key", header: "x-api-key", secrets: [env("STOCK_API_KEY")] },
      event: {
        items: "/movements",
        id: "/id",
        type: "/kind",
        connection: "/sku",
        occurredAt: "/at",
      },
      schemas: { "*": Movement },
      onEvent: applyMovement,
    },
  },
  endpoints: {
    purchasing: {
      url: env("PURCHASING_URL", "https://purchasing.example.com/hooks"),
      types: ["stock.low"],
    },
  },
});

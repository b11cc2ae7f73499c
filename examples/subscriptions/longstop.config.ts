import { defineConfig, env } from "longstop";
import { entitlements } from "./entitlements.ts";
import { subscriptionHandler } from "./subscriptions.ts";

/** What customers pay for at Stripe decides what they may use. Events of one customer take turns. */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  sources: {
    payments: {
      provider: "stripe",
      secrets: [env("STRIPE_WEBHOOK_SECRET")],
      // Stripe does not promise order: an update that is older than the one applied is not applied.
      onStale: "skip",
      retry: { attempts: 8, base: "2s", max: "10m" },
      onEvent: subscriptionHandler(entitlements),
    },
  },
});

import { defineConfig, env } from "longstop";
import { InvoiceEvent, recordInvoice } from "./invoices.ts";

export default defineConfig({
  sources: {
    payments: {
      provider: "stripe",
      // Two while one replaces the other: either may match.
      secrets: [env("STRIPE_WEBHOOK_SECRET")],
      schemas: { "invoice.*": InvoiceEvent },
      // Stripe does not promise order: an older event that comes late is not applied.
      onStale: "skip",
      retry: { attempts: 8, base: "2s", max: "10m" },
      onEvent: recordInvoice,
    },
  },
});

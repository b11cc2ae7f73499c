import { defineConfig, env } from "longstop";

/**
 * A sender of one's own: requests signed over time and body, each with many events. All of a request are
 * kept or none, and each has its own id, connection and fate.
 */
export default defineConfig({
  sources: {
    crm: {
      provider: "custom",
      verify: {
        scheme: "hmac",
        algorithm: "sha256",
        encoding: "hex",
        header: "x-signature",
        signed: "{header:x-timestamp}.{body}",
        timestamp: { header: "x-timestamp", unit: "s", toleranceS: 300 },
        secrets: [env("CRM_SECRET")],
      },
      event: {
        items: "/events",
        id: "/id",
        type: "/kind",
        connection: "/account/id",
        occurredAt: "/created_at",
      },
      order: "strict",
      rateLimit: "200/s",
      onEvent(event, ctx) {
        ctx.state.last = { kind: event.type, at: event.occurredAt };
      },
    },
  },
});

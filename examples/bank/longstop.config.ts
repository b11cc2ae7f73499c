import { defineConfig, env } from "longstop";
import { type Account, learn } from "./account";

/**
 * Bank connections at Vumi Finlink, whose webhooks say little and are lost at times: each is taken as a
 * hint, the connection's status is asked for, and what became different comes as an event. What no webhook
 * told is found by sweeps and deadlines. The times here are squeezed, for a play in which two weeks take less than
 * a minute; against the real provider leave `rate` and `concurrency` out, and say `every: "15m"` and
 * `expect: { every: "24h", grace: "2h" }`.
 */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  dataDir: "./data",
  sources: {
    bank: {
      provider: "finlink",
      baseUrl: env("FINLINK_URL"),
      credentials: {
        clientId: env("FINLINK_CLIENT_ID"),
        clientSecret: env("FINLINK_CLIENT_SECRET"),
      },
      reconcile:
        process.env["WITHOUT_RECONCILE"] === "1"
          ? false
          : {
              every: "2s",
              expect: { every: "4s", grace: "1s" },
              rate: "400/s",
              concurrency: 8,
            },
      onEvent(event, ctx) {
        // Without reconciliation the webhook itself is all there is; it may or may not tell the status.
        const isHint = event.type === "connection.hint";
        const status = isHint ? event.data.connection : event.data;
        ctx.state = learn(ctx.state as Account, event.type, status);
      },
    },
  },
  // The played provider is on this machine. The real one needs no exception, and no `baseUrl`.
  network: { allowPrivate: ["127.0.0.1/32"] },
});

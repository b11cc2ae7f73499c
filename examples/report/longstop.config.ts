import { defineConfig, env } from "longstop";
import { reporter } from "./reporter.ts";

/**
 * A report of each day's takings. The tills post their sales; a line in the crontab posts the day's end:
 *
 *   55 23 * * *  curl -fsS --retry 10 https://hooks.example.com/in/takings -H "authorization: Bearer $TAKINGS_KEY" \
 *     -H 'content-type: application/json' -d "{\"id\":\"end-$(date +\%F)\",\"type\":\"day.ended\",\"shop\":\"harbour\",\"day\":\"$(date +\%F)\"}"
 */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  sources: {
    takings: {
      provider: "custom",
      verify: { scheme: "bearer", secrets: [env("TAKINGS_KEY")] },
      // The day's end comes after all that the shop has sold: what concerns one shop takes turns.
      event: { id: "/id", type: "/type", connection: "/shop" },
      onEvent: reporter,
    },
  },
});

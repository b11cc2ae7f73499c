import { defineConfig, env } from "longstop";
import { mailingList } from "./mailing-list.ts";
import { signUpHandler } from "./signups.ts";

/** Sign-ups of a website become members of a mailing list: several calls, each of which happens once. */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  sources: {
    website: {
      provider: "standard-webhooks",
      secrets: [env("WEBSITE_WEBHOOK_SECRET")],
      event: { connection: "/data/email" },
      retry: ["5s", "1m", "15m", "2h", "12h"],
      onEvent: signUpHandler(mailingList),
    },
  },
});

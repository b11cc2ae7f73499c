import { defineConfig } from "longstop";

/** The least there is: anything posted to /in/inbox is kept, in order, and counted. This machine only. */
export default defineConfig({
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },
  sources: {
    inbox: {
      provider: "custom",
      verify: "none",
      event: { id: "/id", type: "/type", connection: "/account" },
      onEvent(event, ctx) {
        ctx.state.seen = (ctx.state.seen ?? 0) + 1;
        ctx.log.info("handled", { type: event.type, seen: ctx.state.seen });
      },
    },
  },
});

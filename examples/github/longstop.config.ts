import { defineConfig, env } from "longstop";

export default defineConfig({
  sources: {
    code: {
      provider: "github",
      secrets: [env("GITHUB_WEBHOOK_SECRET")],
      timeout: "1m",
      async onEvent(event, ctx) {
        if (event.type !== "push") ctx.skip("only pushes are built");
        // Runs once, however often this event is attempted: its result is kept.
        const build = await ctx.step("start build", () => startBuild(event.data.after, ctx.signal));
        ctx.state.lastBuild = build;
      },
    },
  },
});

/** Stands for a call to a build service; `signal` ends it when the time is up. */
async function startBuild(commit: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  return `build-of-${commit.slice(0, 12)}`;
}

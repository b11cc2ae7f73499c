import { plugin } from "bun";
import { defineConfig, env, Type } from "../config/define.ts";
import { deliver, inbox, sample, testClock } from "./testing.ts";

/**
 * Loaded before a team's tests by `longstop test`: `longstop` and `longstop/testing` lead here, so that no
 * package needs to be installed.
 */
plugin({
  name: "longstop",
  setup(build) {
    const longstop = { defineConfig, env, Type };
    const testing = { deliver, inbox, sample, testClock };
    build.module("longstop", () => ({ exports: longstop, loader: "object" }));
    build.module("longstop/testing", () => ({ exports: testing, loader: "object" }));
  },
});

// It made the executable run as its runtime. What a test starts in its turn must be longstop again.
delete process.env["BUN_BE_BUN"];

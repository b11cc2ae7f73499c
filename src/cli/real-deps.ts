import type { BUILD } from "../base/build.ts";
import type { CliDeps } from "./deps.ts";
import type { Io } from "./io.ts";

/** The command line's ties to the rest of the program, each imported when a command needs it. */
export function realDeps(io: Io, build: typeof BUILD): CliDeps {
  return {
    serve: async (options) => (await import("./serve.ts")).serve("serve", options, io),
    dev: async (options) => (await import("./serve.ts")).serve("dev", options, io),
    bench: async (options) => (await import("./bench.ts")).bench(options, io),
    simulate: async (options) => (await import("./simulate/simulate.ts")).simulate(options, io),
    test: async (options) => (await import("./test.ts")).runTests(options, io),
    doctor: async (options) => (await import("./doctor.ts")).doctor(options, io),
    restore: async (options) => (await import("./restore.ts")).restore(options, io),
    loadSettings: async ({ config, cwd, env }) => {
      const { findConfig } = await import("../config/find.ts");
      const found = findConfig({ argument: config ?? undefined, environment: env, cwd });
      if (!found.ok)
        return config === null && !env["LONGSTOP_CONFIG"]
          ? null
          : { ok: false, error: [found.error] };
      const { loadSettings } = await import("../config/load.ts");
      return loadSettings({ path: found.value, environment: env });
    },
    initFolder: async ({ dir, provider }) => {
      const [{ initFolder }, { presets }] = await Promise.all([
        import("../config/init.ts"),
        import("../providers/index.ts"),
      ]);
      return initFolder({ dir, provider, presets });
    },
    presets: async () => (await import("../providers/index.ts")).presets,
    version: {
      version: build.version,
      commit: build.commit,
      bun: Bun.version,
      sqlite: SQLITE_VERSION,
    },
  };
}

/** What this version of Bun carries on Linux and Windows; `doctor` asks SQLite itself. */
const SQLITE_VERSION = process.versions["sqlite"] ?? "bundled with Bun";

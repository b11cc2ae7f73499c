import { err, ok } from "../base/result.ts";
import type { CliDeps } from "./deps.ts";

/**
 * What commands need of the configuration and the providers, loaded at first use: most commands need
 * neither, and should begin at once.
 */
export const localDeps: Pick<CliDeps, "loadSettings" | "initFolder" | "presets"> = {
  loadSettings: async ({ config, cwd, env }) => {
    const { findConfig } = await import("../config/find.ts");
    const found = findConfig({ argument: config ?? undefined, environment: env, cwd });
    if (!found.ok) {
      const named = config !== null || (env["LONGSTOP_CONFIG"] ?? "") !== "";
      return named ? err([found.error]) : null;
    }
    const { loadSettings } = await import("../config/load.ts");
    const presets = await localDeps.presets();
    const loaded = await loadSettings({ path: found.value, presets, environment: env });
    return loaded.ok ? ok(loaded.value) : err(loaded.error);
  },
  initFolder: async ({ dir, provider }) => {
    const { initFolder } = await import("../config/init.ts");
    return initFolder({ dir, provider, presets: await localDeps.presets() });
  },
  presets: async () => (await import("../providers/index.ts")).presets,
};

import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import { presets } from "../../src/providers/index.ts";
import { loadDeps } from "../support/config-folder.ts";

const ENVIRONMENT = {
  STRIPE_WEBHOOK_SECRET: "whsec_1",
  GITHUB_WEBHOOK_SECRET: "g",
  CRM_SECRET: "c",
};

for (const name of ["minimal", "stripe", "github", "batch"]) {
  test(`the example ${name} is sound, with the presets as they are`, async () => {
    const path = resolve(import.meta.dir, "../../examples", name, "longstop.config.ts");
    const loaded = await loadSettings(
      { path, presets, environment: { ...process.env, ...ENVIRONMENT } },
      loadDeps,
    );
    expect(loaded.ok ? loaded.value.warnings : loaded.error).toEqual([]);
  });
}

import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { loadSettings } from "../../src/config/load.ts";

const MAIN = resolve(import.meta.dir, "../../src/main.ts");
const ENVIRONMENT = {
  STRIPE_WEBHOOK_SECRET: "whsec_1",
  GITHUB_WEBHOOK_SECRET: "g",
  CRM_SECRET: "c",
};

for (const name of ["minimal", "stripe", "github", "batch"]) {
  test(`the example ${name} is sound, with the presets as they are`, async () => {
    const path = resolve(import.meta.dir, "../../examples", name, "longstop.config.ts");
    const loaded = await loadSettings(
      { path, environment: { ...process.env, ...ENVIRONMENT } },
      { clock: systemClock, command: (file) => [process.execPath, MAIN, "__config", file] },
    );
    expect(loaded.ok ? loaded.value.warnings : loaded.error).toEqual([]);
  });
}

import { existsSync, statSync } from "node:fs";
import { plugin } from "bun";
import { err, ok, type Result } from "../base/result.ts";
import { defineConfig, env, Type } from "./define.ts";
import { endReading, missingNames, startReading } from "./environment.ts";
import type { Fault } from "./fault.ts";
import { importFaults } from "./import-faults.ts";
import { type Checked, missingVariable, toSettings } from "./schema.ts";
import type { PresetNeeds } from "./source.ts";
import type { Config } from "./types/config.ts";

export interface Evaluated extends Checked {
  /** As written, with the team's functions and schemas. */
  readonly config: Config;
}

/**
 * Imports the team's configuration at `path` (absolute) and checks it. For child processes only: whatever
 * the team's modules do at their top level happens here, and a module stays as it was first imported.
 * Never rejects: a missing file, a slip in the syntax, a throwing module is a fault.
 */
export async function evaluateConfig(
  path: string,
  presets: readonly PresetNeeds[],
): Promise<Result<Evaluated, Fault[]>> {
  const found = fileFault(path);
  if (found !== undefined) return err([found]);
  provideLongstop();
  startReading();
  const raw = await importDefault(path);
  endReading();
  // An absent variable is often why a module threw: what it asked for in vain is said as well.
  if (!raw.ok)
    return err([...raw.error, ...missingNames().map((name) => missingVariable("", name))]);
  const checked = toSettings(raw.value, {
    configPath: path,
    presets,
    missing: missingNames(),
    environment: process.env,
  });
  return checked.ok ? ok({ ...checked.value, config: raw.value as Config }) : checked;
}

function fileFault(path: string): Fault | undefined {
  const fault = { path: "", given: path, allowed: "a file; `longstop init` writes one" };
  if (!existsSync(path)) return { ...fault, message: "there is no such file" };
  if (!statSync(path).isFile()) return { ...fault, message: "is not a file" };
  return undefined;
}

async function importDefault(path: string): Promise<Result<unknown, Fault[]>> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(path)) as Readonly<Record<string, unknown>>;
    const value: unknown = await exported["default"];
    if (typeof value === "object" && value !== null) return ok(value);
  } catch (error) {
    return err(importFaults(error, path));
  }
  const has = Object.keys(exported);
  return err([
    {
      path: "",
      given: has.includes("default")
        ? `a default export that is ${typeof exported["default"]}`
        : `exports: ${has.join(", ") || "none"}`,
      allowed: "export default defineConfig({ … })",
      message: "the file must export its configuration as its default",
    },
  ]);
}

let provided = false;

/**
 * Makes `import … from "longstop"` lead to us in this process, wherever the importing file lies: the
 * executable carries the module, so that no package needs to be installed.
 */
function provideLongstop(): void {
  if (provided) return;
  provided = true;
  plugin({
    name: "longstop",
    setup(build) {
      build.module("longstop", () => ({ exports: { defineConfig, env, Type }, loader: "object" }));
    },
  });
}

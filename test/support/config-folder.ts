import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import type { Fault } from "../../src/config/fault.ts";
import { type LoadDeps, loadSettings } from "../../src/config/load.ts";
import type { Checked } from "../../src/config/schema.ts";

const ENTRY = resolve(import.meta.dir, "config-entry.ts");

export const loadDeps: LoadDeps = {
  clock: systemClock,
  command: (path) => [process.execPath, ENTRY, path],
};

/** A team's folder, written for one test and removed after it. */
export class ConfigFolder {
  readonly path = mkdtempSync(join(tmpdir(), "longstop-config-"));
  readonly config = join(this.path, "longstop.config.ts");

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      writeFileSync(join(this.path, name), text);
    }
  }

  async load(
    environment: Record<string, string> = {},
    deps: LoadDeps = loadDeps,
  ): Promise<Checked> {
    const loaded = await this.tryLoad(environment, deps);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.error, null, 1));
    return loaded.value;
  }

  tryLoad(environment: Record<string, string> = {}, deps: LoadDeps = loadDeps) {
    const path = process.env["PATH"] ?? "";
    return loadSettings({ path: this.config, environment: { PATH: path, ...environment } }, deps);
  }

  /** The faults of a configuration of this text. */
  async faults(text: string, deps: LoadDeps = loadDeps): Promise<readonly Fault[]> {
    this.write({ "longstop.config.ts": text });
    const loaded = await this.tryLoad({}, deps);
    return loaded.ok ? [] : loaded.error;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

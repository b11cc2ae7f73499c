import { resolve } from "node:path";
import { findConfig } from "../config/find.ts";
import { loadSettings } from "../config/load.ts";
import type { Io } from "./io.ts";

const DEDUPE_MS_DEFAULT = 30 * 86_400_000;

export interface DataFolder {
  readonly dataDir: string;
  readonly dedupeMs: number;
}

/** The data folder that is meant: `--data`, else `LONGSTOP_DATA`, else the configuration's, else `./data`. */
export async function folderOf(
  options: { readonly config: string | null; readonly data: string | null },
  io: Io,
): Promise<DataFolder> {
  const named = options.data ?? (io.env["LONGSTOP_DATA"] || null);
  if (named !== null) return { dataDir: resolve(io.cwd, named), dedupeMs: DEDUPE_MS_DEFAULT };
  const found = findConfig({
    argument: options.config ?? undefined,
    environment: io.env,
    cwd: io.cwd,
  });
  const loaded = found.ok ? await loadSettings({ path: found.value, environment: io.env }) : null;
  if (loaded?.ok) return loaded.value.settings;
  return { dataDir: resolve(io.cwd, "data"), dedupeMs: DEDUPE_MS_DEFAULT };
}

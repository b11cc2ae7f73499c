import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import type { Fault } from "./fault.ts";

export const CONFIG_NAMES: readonly string[] = [
  "longstop.config.ts",
  "longstop.config.js",
  "longstop.config.mjs",
];

export interface FindRequest {
  /** `--config`, where given: it goes before everything else. */
  readonly argument: string | undefined;
  /** `LONGSTOP_CONFIG` is read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The configuration's absolute path: as said on the command line, else by `LONGSTOP_CONFIG`, else in `cwd`. */
export function findConfig(request: FindRequest): Result<string, Fault> {
  const { argument, environment, cwd } = request;
  const named = argument ?? (environment["LONGSTOP_CONFIG"] || undefined);
  if (named !== undefined) {
    const path = resolve(cwd, named);
    if (existsSync(path)) return ok(path);
    const by = argument === undefined ? "LONGSTOP_CONFIG" : "--config";
    return err({
      path: "",
      given: path,
      allowed: "an existing file",
      message: `${by} names a file that is not there`,
    });
  }
  for (const name of CONFIG_NAMES)
    if (existsSync(resolve(cwd, name))) return ok(resolve(cwd, name));
  return err({
    path: "",
    given: null,
    allowed: "--config <file>, LONGSTOP_CONFIG, or `longstop init` to write one here",
    message: `there is no ${CONFIG_NAMES[0]} in ${cwd}`,
  });
}

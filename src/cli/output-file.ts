import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { CliFailure, EXIT } from "./exit.ts";

/** Writes a new file, readable by its owner alone (payloads are confidential); refuses to overwrite. Answers its absolute path. */
export async function writeOutput(cwd: string, file: string, bytes: Uint8Array): Promise<string> {
  const path = resolve(cwd, file);
  try {
    const handle = await open(path, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const exists = (cause as { code?: unknown }).code === "EEXIST";
    throw new CliFailure(
      EXIT.FAILED,
      exists
        ? `${path} exists already`
        : `cannot write ${path}: ${cause instanceof Error ? cause.message : "unknown error"}`,
      exists ? "Choose another name, or remove it first." : null,
    );
  }
  return path;
}

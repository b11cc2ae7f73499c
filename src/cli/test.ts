import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { preloadText } from "../testing/preload-text.ts";
import type { TestOptions } from "./deps.ts";
import { EXIT } from "./exit.ts";
import type { Io } from "./io.ts";

const STDERR = 2;

/**
 * Runs the team's tests by the runtime that the executable is built on, with `longstop` and
 * `longstop/testing` provided: nothing else needs to be installed. Answers 0 when all pass, else 1.
 */
export async function runTests({ words, json }: TestOptions, io: Io): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "longstop-test-"));
  // Ctrl-C reaches the tests too, and how they end is what counts.
  const forget = io.onInterrupt(() => {});
  try {
    const preload = await preloadIn(folder);
    const child = Bun.spawn([process.execPath, "test", "--preload", preload, ...words], {
      cwd: io.cwd,
      env: { ...io.env, BUN_BE_BUN: "1" },
      stdin: "inherit",
      stdout: json ? STDERR : "inherit",
      stderr: "inherit",
    });
    const code = await child.exited;
    if (child.signalCode === "SIGINT") return EXIT.INTERRUPTED;
    return code === 0 ? EXIT.OK : EXIT.FAILED;
  } finally {
    forget();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The runtime cannot look into the executable: it is given a file. */
async function preloadIn(folder: string): Promise<string> {
  const file = join(folder, "longstop.js");
  await writeFile(file, await preloadText());
  return file;
}

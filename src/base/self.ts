import { resolve } from "node:path";

/**
 * Inside a compiled executable, modules live in a virtual folder: `/$bunfs/root`, on Windows
 * `B:\~BUN\root`. `Bun.main` is the executable's entry there or, in a thread, the thread's own entry,
 * so that only the root, and nothing below it, may be taken from it.
 */
const VIRTUAL_ROOT = /^(\/\$bunfs\/root|B:[\\/]~BUN[\\/]root)[\\/]/.exec(Bun.main)?.[1] ?? null;

/** Whether this code runs from the executable, rather than from its source by `bun`. */
export const isCompiled: boolean = VIRTUAL_ROOT !== null;

/**
 * The command line that starts this same program again with other arguments: a handler host, or the
 * evaluation of a configuration. From source it is `bun src/main.ts`, also when a test is what runs.
 */
export function selfCommand(args: readonly string[]): string[] {
  if (isCompiled) return [process.execPath, ...args];
  return [process.execPath, resolve(import.meta.dir, "../main.ts"), ...args];
}

/**
 * Starts one of our own threads by its entry's place under `src`, e.g. `journal/thread.ts`: a file
 * named `thread.ts` or `*-thread.ts`, which is what the build takes as an entry point. Works from any
 * thread. A missing entry is reported to the worker's `error` event, not thrown here.
 */
export function startThread(entry: string): Worker {
  return new Worker(threadFile(entry, VIRTUAL_ROOT));
}

/** Where a thread's entry is: beside this folder, or as a file URL under the executable's virtual root. */
export function threadFile(entry: string, virtualRoot: string | null): string {
  if (virtualRoot === null) return resolve(import.meta.dir, "..", entry);
  const path = `${virtualRoot}/${entry.replace(/\.ts$/, ".js")}`.replaceAll("\\", "/");
  return `file://${path.startsWith("/") ? "" : "/"}${path}`;
}

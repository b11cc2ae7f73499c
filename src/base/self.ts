import { resolve } from "node:path";

/** Inside a compiled executable, modules live in a virtual folder of this name (Bun: `$bunfs`, on Windows `B:\~BUN`). */
export const isCompiled: boolean = Bun.main.startsWith("/$bunfs/") || /^B:[\\/]~BUN/.test(Bun.main);

/**
 * The command line that starts this same program again with other arguments: a handler host, or the
 * evaluation of a configuration. From source it is `bun src/main.ts`, also when a test is what runs.
 */
export function selfCommand(args: readonly string[]): string[] {
  if (isCompiled) return [process.execPath, ...args];
  return [process.execPath, resolve(import.meta.dir, "../main.ts"), ...args];
}

/**
 * Starts one of our own threads by its entry's place under `src`, e.g. `journal/thread.ts`. The build
 * lists each as an entry point; in the executable they keep their places under the virtual root.
 */
export function startThread(entry: string): Worker {
  const file = isCompiled ? new URL(`./${entry.replace(/\.ts$/, ".js")}`, `file://${Bun.main}`).href : resolve(import.meta.dir, "..", entry);
  return new Worker(file);
}

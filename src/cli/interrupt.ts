import type { Io } from "./io.ts";

/** Runs `work` with a signal that Ctrl-C aborts, instead of ending the process at once. */
export async function interruptible<T>(
  io: Io,
  work: (interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const release = io.onInterrupt(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}

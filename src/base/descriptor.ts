import { writeSync } from "node:fs";

/** A terminal or pipe that another program has set to non-blocking is asked again after this long. */
const RETRY_MS = 2;

/**
 * Writes all of `content` before it returns. `process.stdout` keeps what a slow pipe does not take yet
 * in memory, says that it is written, and loses it at `process.exit` (Bun 1.4.5: all but the first
 * 64 KiB); a blocking write can do neither, and lets a slow reader set the pace. Throws what the
 * system says: `EPIPE` when the reader is gone, `ENOSPC` when the disk is full.
 */
export function writeWhole(descriptor: number, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (fault) {
      if (codeOf(fault) !== "EAGAIN") throw fault;
      Bun.sleepSync(RETRY_MS);
    }
  }
}

/** The system's name of a fault, e.g. `EPIPE`; `undefined` when it has none. */
export const codeOf = (fault: unknown): string | undefined =>
  fault instanceof Error ? (fault as NodeJS.ErrnoException).code : undefined;

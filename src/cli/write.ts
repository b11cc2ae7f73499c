import { writeSync } from "node:fs";
import { EXIT } from "./exit.ts";

const STDOUT = 1;
const STDERR = 2;
/** A terminal or pipe that another program has set to non-blocking is asked again after this long. */
const RETRY_MS = 2;

/**
 * Writes all of it before it returns. `process.stdout` keeps what a slow pipe does not take yet in
 * memory, says that it is written, and loses it at `process.exit`; a blocking write can do neither,
 * and lets a slow reader set the pace. A reader that goes away early (`| head`) ends the process
 * quietly; a full disk ends it with a message.
 */
export function writeStdout(bytes: string | Uint8Array): void {
  try {
    writeWhole(STDOUT, bytes);
  } catch (fault) {
    if (codeOf(fault) === "EPIPE") process.exit(EXIT.OK);
    writeStderr(
      `error: cannot write the result: ${fault instanceof Error ? fault.message : "unknown error"}\n`,
    );
    process.exit(EXIT.FAILED);
  }
}

/** Likewise; where nobody can be told, nobody is. */
export function writeStderr(text: string): void {
  try {
    writeWhole(STDERR, text);
  } catch {
    // There is no further place to say it, and the result on stdout is what counts.
  }
}

function writeWhole(descriptor: number, content: string | Uint8Array): void {
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

const codeOf = (fault: unknown): unknown =>
  fault instanceof Error ? (fault as NodeJS.ErrnoException).code : undefined;

import { codeOf, writeWhole } from "../base/descriptor.ts";
import { EXIT } from "./exit.ts";

const STDOUT = 1;
const STDERR = 2;

/**
 * A reader that goes away early (`| head`) ends the process quietly, as it ends every well-behaved
 * tool; a full disk ends it with a message.
 */
export function writeStdout(content: string | Uint8Array): void {
  try {
    writeWhole(STDOUT, content);
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

import { type Clock, systemClock } from "../base/clock.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { EXIT } from "./exit.ts";

/** Everything that a command touches outside itself, so that a test can run it in its own process. */
export interface Io {
  /** Results only: what a pipe receives. */
  stdout(bytes: string | Uint8Array): void;
  /** Resolves once what was written to stdout has been taken, so that a slow reader slows us and fills no memory. */
  drained(): Promise<void>;
  /** Messages, questions and progress. */
  stderr(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Columns of the terminal; `null` when stdout is none: then nothing is shortened. */
  columns(): number | null;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Absolute. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** One line of what the person types; `null` at the end of input. */
  ask(question: string): Promise<string | null>;
  /** Calls `fire` on Ctrl-C instead of ending the process, until the returned function is called. */
  onInterrupt(fire: () => void): () => void;
}

const COLUMNS_DEFAULT = 80;

/**
 * The real terminal, network and clock. A reader that goes away early (`| head`) ends the process
 * quietly, as it ends every well-behaved tool.
 */
export function systemIo(): Io {
  process.stdout.on("error", (fault: NodeJS.ErrnoException) => {
    process.exit(fault.code === "EPIPE" ? EXIT.OK : EXIT.FAILED);
  });
  return {
    stdout: (bytes) => void process.stdout.write(bytes),
    drained,
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    isTty: {
      stdin: process.stdin.isTTY === true,
      stdout: process.stdout.isTTY === true,
      stderr: process.stderr.isTTY === true,
    },
    columns: () =>
      process.stdout.isTTY === true ? process.stdout.columns || COLUMNS_DEFAULT : null,
    fetch: (url, init) => fetch(url, init),
    cwd: process.cwd(),
    clock: systemClock,
    random: systemRandom,
    ask: askTerminal,
    onInterrupt: (fire) => {
      process.on("SIGINT", fire);
      return () => void process.off("SIGINT", fire);
    },
  };
}

/** Ends the process with `code` once everything written has been taken; `process.exit` alone would cut a pipe short. */
export async function exitWith(code: number): Promise<never> {
  await drained();
  await new Promise<void>((resolve) => void process.stdout.write("", () => resolve()));
  process.exit(code);
}

function drained(): Promise<void> {
  if (!process.stdout.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => void process.stdout.once("drain", resolve));
}

async function askTerminal(question: string): Promise<string | null> {
  process.stderr.write(question);
  for await (const line of console) return line;
  return null;
}

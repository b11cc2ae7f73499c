import { isatty } from "node:tty";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { writeStderr, writeStdout } from "./write.ts";

/** Everything that a command touches outside itself, so that a test can run it in its own process. */
export interface Io {
  /** Results only: what a pipe receives. All of it is written when this returns. */
  stdout(bytes: string | Uint8Array): void;
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

/** The real terminal, network and clock. The caller may end the process as soon as a command is done: nothing is left to be written. */
export function systemIo(): Io {
  const isTty = { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) };
  return {
    stdout: writeStdout,
    stderr: writeStderr,
    env: process.env,
    isTty,
    columns: () => (isTty.stdout ? process.stdout.columns || COLUMNS_DEFAULT : null),
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

/** Ends the process, also when something of a command would keep it alive. Everything written is out already. */
export function exitWith(code: number): never {
  process.exit(code);
}

async function askTerminal(question: string): Promise<string | null> {
  writeStderr(question);
  for await (const line of console) return line;
  return null;
}

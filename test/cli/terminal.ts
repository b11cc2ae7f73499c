import type { Clock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { CliDeps } from "../../src/cli/deps.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/run.ts";

/** 2026-03-01T12:00:00.000Z: what "now" is for every command under test. */
export const NOW = Date.UTC(2026, 2, 1, 12);

/** A clock whose timers fire only when told; waiting commands go on with `step`. */
export class SteppedClock implements Clock {
  #now = NOW;
  readonly #timers = new Map<() => void, number>();
  now = (): number => this.#now;
  monotonic = (): number => this.#now - NOW;
  after = (delayMs: number, fire: () => void): (() => void) => {
    this.#timers.set(fire, this.#now + delayMs);
    return () => void this.#timers.delete(fire);
  };
  soon = (fire: () => void): void => void setImmediate(fire);

  /** Whether a command sleeps no longer than `withinMs` (the time-out of a request is longer). */
  sleeping(withinMs = 2_000): boolean {
    return [...this.#timers.values()].some((at) => at - this.#now <= withinMs);
  }

  step(ms: number): void {
    this.#now += ms;
    for (const [fire, at] of [...this.#timers]) {
      if (at > this.#now) continue;
      this.#timers.delete(fire);
      fire();
    }
  }

  /** Waits until a command sleeps, without waiting for time. */
  async untilSleeping(): Promise<void> {
    while (!this.sleeping()) await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface Terminal {
  readonly clock: SteppedClock;
  readonly stdout: () => string;
  readonly stdoutBytes: () => Uint8Array;
  readonly stderr: () => string;
  readonly run: (...argv: string[]) => Promise<number>;
  /** What a press of Ctrl-C does now; whether anybody heard it. */
  readonly interrupt: () => boolean;
}

export interface TerminalOptions {
  readonly env?: Record<string, string>;
  /** `null`: a pipe. */
  readonly columns?: number | null;
  /** Whether a person types; by default where one looks. */
  readonly typing?: boolean;
  readonly answers?: readonly string[];
  readonly deps?: Partial<CliDeps>;
  readonly cwd?: string;
  readonly fetch?: Io["fetch"];
}

/** A terminal (or a pipe) that a command runs on inside this process. */
export function terminal(options: TerminalOptions = {}): Terminal {
  const { env = {}, columns = null, answers = [], cwd = "/nowhere" } = options;
  const clock = new SteppedClock();
  const written: Uint8Array[] = [];
  const messages: string[] = [];
  const listeners = new Set<() => void>();
  const left = [...answers];
  const person = columns !== null;
  const io: Io = {
    stdout: (bytes) =>
      void written.push(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes),
    stderr: (text) => void messages.push(text),
    env,
    isTty: { stdin: options.typing ?? person, stdout: person, stderr: person },
    columns: () => columns,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    cwd,
    clock,
    random: seededRandom(1),
    ask: async (question) => {
      messages.push(question);
      return left.shift() ?? null;
    },
    onInterrupt: (fire) => {
      listeners.add(fire);
      return () => void listeners.delete(fire);
    },
  };
  const bytes = (): Uint8Array => Buffer.concat(written);
  return {
    clock,
    stdout: () => new TextDecoder().decode(bytes()),
    stdoutBytes: bytes,
    stderr: () => messages.join(""),
    run: (...argv) => runCli(argv, io, { ...bareDeps, ...options.deps }),
    interrupt: () => {
      for (const fire of listeners) fire();
      return listeners.size > 0;
    },
  };
}

const unexpected = (): never => {
  throw new Error("not expected to be called");
};

/** Nothing is configured, and nothing else may be asked of the program. */
const bareDeps: CliDeps = {
  serve: unexpected,
  dev: unexpected,
  bench: unexpected,
  simulate: unexpected,
  doctor: unexpected,
  restore: unexpected,
  test: unexpected,
  loadSettings: async () => null,
  initFolder: unexpected,
  presets: unexpected,
  version: { version: "1.2.3", commit: "abc1234", bun: "1.4.5", sqlite: "3.54.0" },
};

/**
 * What the exit code says, so that scripts need not read texts. Stable: a number is never given a
 * second meaning. 130 is the shell's own number for Ctrl-C (128 + SIGINT).
 */
export const EXIT = {
  OK: 0,
  FAILED: 1,
  USAGE: 2,
  UNREACHABLE: 3,
  UNAUTHORISED: 4,
  NOT_FOUND: 5,
  CONFLICT: 6,
  UNAVAILABLE: 7,
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One row per code: number, word for `--json`, and what it means. */
export const EXIT_CODES: readonly (readonly [ExitCode, string, string])[] = [
  [EXIT.OK, "ok", "It is done. Also: `tail` ended by Ctrl-C."],
  [
    EXIT.FAILED,
    "failed",
    "It was tried and did not work; the message says why. Also: `check` found faults.",
  ],
  [
    EXIT.USAGE,
    "usage",
    "The command line cannot be understood, or a question needs an answer and there is no terminal (add --yes).",
  ],
  [EXIT.UNREACHABLE, "unreachable", "No server answered at the address."],
  [
    EXIT.UNAUTHORISED,
    "unauthorised",
    "The server wants a key, or this key may not do that (401, 403).",
  ],
  [EXIT.NOT_FOUND, "not_found", "There is no such event, connection, job, key or source (404)."],
  [
    EXIT.CONFLICT,
    "conflict",
    "It exists, but is not in a state that allows this, e.g. skipping a settled event (409, 410).",
  ],
  [
    EXIT.UNAVAILABLE,
    "unavailable",
    "The server is overloaded, draining or in trouble: try again later (429, 5xx).",
  ],
  [EXIT.INTERRUPTED, "interrupted", "Ctrl-C; what was begun on the server goes on there."],
];

/** The word of an exit code. */
export function exitWord(code: ExitCode): string {
  return EXIT_CODES.find(([own]) => own === code)?.[1] ?? "failed";
}

/** Ends a command with a message, a next step and an exit code; caught in one place, `runCli`. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
  readonly exit: ExitCode;
  /** What the person can do now; `null` when the message says it all. */
  readonly next: string | null;
  /** The server's problem code, when it was the server that refused. */
  readonly code: string | null;
  constructor(
    exit: ExitCode,
    message: string,
    next: string | null = null,
    code: string | null = null,
  ) {
    super(message);
    this.exit = exit;
    this.next = next;
    this.code = code;
  }
}

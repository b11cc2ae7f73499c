import type { Client } from "./client.ts";
import type { CliDeps } from "./deps.ts";
import type { Io } from "./io.ts";
import type { Output } from "./output.ts";

/** One row of the table of commands: parser, help pages and completions are all made from it. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What a newcomer needs to know beyond that. */
  readonly about?: string;
  readonly operands?: readonly Operand[];
  readonly options?: readonly Option[];
  /** Command line (without `longstop`) and what it does. */
  readonly examples?: readonly (readonly [string, string])[];
  readonly commands?: readonly Command[];
  /** The one of `commands` that runs when none is named. */
  readonly fallback?: string;
  readonly run?: (call: Call) => Promise<number>;
}

export interface Operand {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  readonly choices?: readonly string[];
  /** The last one may be given any number of times. */
  readonly many?: true;
}

export interface Option {
  /** `--since <when>`, `-n, --last <count>`, `--all`; `<…>` alone makes it take a value. */
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly many?: boolean;
  /** Makes the value; throws `InvalidValue` with what is allowed. Absent: text as it is. */
  readonly read?: (text: string, io: Io) => string | number;
}

/** A value that an option does not take. `message` says what it takes. */
export class InvalidValue extends Error {
  override readonly name = "InvalidValue";
}

/** One run of a command: what was given, and what it may use. */
export interface Call {
  readonly given: Given;
  readonly io: Io;
  readonly deps: CliDeps;
  readonly out: Output;
  /** The whole table, for what is made from it. */
  readonly table: readonly Command[];
  readonly everywhere: readonly Option[];
  /** Talks to the server; works out its address and key at the first call. */
  client(): Promise<Client>;
}

/** The operands and options of one run, by their long names. */
export class Given {
  readonly #operands: readonly unknown[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(operands: readonly unknown[], options: Readonly<Record<string, unknown>>) {
    this.#operands = operands;
    this.#options = options;
  }

  /** By place; empty when it was not given (the parser has refused a missing required one). */
  operand(place: number): string {
    const value = this.#operands[place];
    return typeof value === "string" ? value : "";
  }

  /** All that was given of an operand that may be given many times. */
  rest(place: number): readonly string[] {
    return textsOf(this.#operands[place]);
  }

  text(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === "string" ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#options[name];
    return typeof value === "number" ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#options[name] === true;
  }

  texts(name: string): readonly string[] {
    const value = this.#options[name];
    return textsOf(value);
  }
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];

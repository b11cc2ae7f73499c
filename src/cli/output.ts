import type { Io } from "./io.ts";
import { type Part, paint, textOf, toneOf, wantsColours } from "./style.ts";
import { type Column, fields, table } from "./table.ts";
import { safeBlock, safeJson, safeLine } from "./text.ts";
import { relative } from "./time.ts";

/** Where a command's words go. Everything is made harmless here, so that no command can forget to. */
export class Output {
  readonly json: boolean;
  readonly #io: Io;
  readonly #colours: boolean;
  readonly #messageColours: boolean;

  constructor(io: Io, json: boolean) {
    this.#io = io;
    this.json = json;
    this.#colours = wantsColours(io.env, io.isTty.stdout) && !json;
    this.#messageColours = wantsColours(io.env, io.isTty.stderr);
  }

  /** Whether a person watches the messages, so that a moving bar makes sense. */
  get lively(): boolean {
    return this.#io.isTty.stderr && this.#io.env["TERM"] !== "dumb" && !this.json;
  }

  /** One line of result. */
  line(...parts: readonly Part[]): void {
    this.#io.stdout(`${this.#inline(parts, this.#colours)}\n`);
  }

  /** Several lines of result, written by somebody else or laid out already. */
  block(text: string): void {
    const harmless = safeBlock(text);
    this.#io.stdout(harmless.endsWith("\n") ? harmless : `${harmless}\n`);
  }

  /** Exactly these bytes: only for what the person asked to have as it is. */
  bytes(bytes: Uint8Array): void {
    this.#io.stdout(bytes);
  }

  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void {
    this.#io.stdout(table(columns, rows, this.#io.columns(), this.#colours));
  }

  fields(rows: readonly (readonly [string, Part | null])[]): void {
    this.#io.stdout(fields(rows, this.#colours));
  }

  /** One JSON document; one line of it when it is part of a stream or goes into a pipe. */
  object(value: unknown, streaming = false): void {
    const indent = this.#io.isTty.stdout && !streaming ? 2 : 0;
    this.#io.stdout(`${safeJson(value, indent)}\n`);
  }

  /** One line for the person, never part of the result. */
  note(...parts: readonly Part[]): void {
    this.#io.stderr(`${this.#inline(parts, this.#messageColours)}\n`);
  }

  /** Rewrites the current line of messages; only when `lively`. Ends with `settle`. */
  progress(text: string): void {
    if (this.lively) this.#io.stderr(`\r\u001b[2K${safeLine(text)}`);
  }

  /** Removes the progress line. */
  settle(): void {
    if (this.lively) this.#io.stderr("\r\u001b[2K");
  }

  /** A stored time: relative for a person, exact for a pipe; empty for `null`. */
  time(at: string | null): string {
    if (at === null) return "";
    const millis = Date.parse(at);
    if (this.#io.columns() === null || Number.isNaN(millis)) return at;
    return relative(millis, this.#io.clock.now());
  }

  /** A stored time with both: `2026-01-05T10:00:00.000Z (3m ago)`; `null` stays `null`. */
  exactTime(at: string | null): string | null {
    if (at === null) return null;
    const millis = Date.parse(at);
    return Number.isNaN(millis) ? at : `${at} (${relative(millis, this.#io.clock.now())})`;
  }

  #inline(parts: readonly Part[], colours: boolean): string {
    return parts.map((part) => paint(safeLine(textOf(part)), toneOf(part), colours)).join("");
  }
}

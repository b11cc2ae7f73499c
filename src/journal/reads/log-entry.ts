import { KIND, type RequestEntry } from "../entries.ts";
import type { Statements } from "./statements.ts";

export interface LogEntry {
  readonly seq: number;
  readonly kind: number;
  readonly run: number;
  readonly at_ms: number;
  readonly width: number;
  readonly fact: string;
  readonly request: string | null;
  readonly body: Uint8Array | null;
}

const ENTRY =
  "SELECT seq, kind, run, at_ms, width, fact, request, body FROM log WHERE seq <= ? ORDER BY seq DESC LIMIT 1";
const HEAD =
  "SELECT seq, kind, run, at_ms, width, fact, request, NULL AS body FROM log WHERE seq <= ? ORDER BY seq DESC LIMIT 1";

/** The request entry that the event at `place` came in; `null` when there is none (any more). */
export function entryAt(log: Statements, place: number): LogEntry | null {
  return within(log.of<LogEntry, [number]>(ENTRY).get(place), place);
}

/** Likewise, without the body. */
function entryHeadAt(log: Statements, place: number): LogEntry | null {
  return within(log.of<LogEntry, [number]>(HEAD).get(place), place);
}

/** A request's entry, read and parsed. */
export interface ParsedEntry {
  readonly row: LogEntry;
  readonly request: RequestEntry;
}

/**
 * The entries of several events within one call: neighbours that came in one batch share its reading and
 * parsing, which for thousands of events is milliseconds and megabytes each time.
 */
export class Entries {
  readonly #read: (place: number) => LogEntry | null;
  #last: ParsedEntry | null = null;

  constructor(log: Statements, what: "heads" | "bodies") {
    const read = what === "heads" ? entryHeadAt : entryAt;
    this.#read = (place) => read(log, place);
  }

  at(place: number): ParsedEntry | null {
    const last = this.#last;
    if (last !== null && place >= last.row.seq && place < last.row.seq + last.row.width)
      return last;
    const row = this.#read(place);
    if (row === null) return null;
    this.#last = { row, request: JSON.parse(row.fact) as RequestEntry };
    return this.#last;
  }
}

function within(row: LogEntry | null, place: number): LogEntry | null {
  return row !== null && row.kind === KIND.request && place < row.seq + row.width ? row : null;
}

/** An event's own bytes of its request's body. */
export function sliceOf(body: Uint8Array, range: readonly [number, number] | null): Uint8Array {
  return range === null ? body : body.slice(range[0], range[0] + range[1]);
}

import { KIND } from "../entries.ts";
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
export function entryHeadAt(log: Statements, place: number): LogEntry | null {
  return within(log.of<LogEntry, [number]>(HEAD).get(place), place);
}

function within(row: LogEntry | null, place: number): LogEntry | null {
  return row !== null && row.kind === KIND.request && place < row.seq + row.width ? row : null;
}

/** An event's own bytes of its request's body. */
export function sliceOf(body: Uint8Array, range: readonly [number, number] | null): Uint8Array {
  return range === null ? body : body.slice(range[0], range[0] + range[1]);
}

import type { Seq } from "../../base/ids.ts";
import { EMITTED_REQUEST, emittedKey } from "../emitted.ts";
import { KIND, type RequestEntry } from "../entries.ts";
import type { CoreFact, EventFact, RequestFact } from "../facts.ts";
import type { Statements } from "./statements.ts";

interface LogEntry {
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

/** One event as the log has it. */
export interface LoggedEvent {
  readonly row: LogEntry;
  readonly fact: EventFact;
  /** What it came in; `null`: a handler emitted it. */
  readonly entry: RequestEntry | null;
  /** The event whose handler emitted it. */
  readonly parent: Seq | null;
  /** Its own bytes; `null` when retention has emptied them, or only heads were asked for. */
  readonly body: Uint8Array | null;
}

type Settled = Extract<CoreFact, { kind: "settled" }>;
type Parsed =
  | { readonly row: LogEntry; readonly request: RequestEntry; readonly settled: null }
  | { readonly row: LogEntry; readonly request: null; readonly settled: Settled };

/**
 * The entries of several events within one call: neighbours that came in one batch share its reading and
 * parsing, which for thousands of events is milliseconds and megabytes each time.
 */
export class Entries {
  readonly #log: Statements;
  readonly #sql: string;
  #last: Parsed | null = null;

  constructor(log: Statements, what: "heads" | "bodies") {
    this.#log = log;
    this.#sql = what === "heads" ? HEAD : ENTRY;
  }

  /** The event at this place; `null` when there is none (any more). */
  at(place: number): LoggedEvent | null {
    const found = this.#parsed(place);
    if (found === null) return null;
    return found.settled === null
      ? received(found.row, found.request, place)
      : emitted(found.row, found.settled, place);
  }

  #parsed(place: number): Parsed | null {
    const last = this.#last;
    if (last !== null && place >= last.row.seq && place < last.row.seq + last.row.width)
      return last;
    const row = this.#log.of<LogEntry, [number]>(this.#sql).get(place);
    if (row === null || place >= row.seq + row.width) return null;
    if (row.kind === KIND.request)
      this.#last = { row, request: JSON.parse(row.fact) as RequestEntry, settled: null };
    else if (row.kind === KIND.settled)
      this.#last = { row, request: null, settled: JSON.parse(row.fact) as Settled };
    else return null;
    return this.#last;
  }
}

function received(row: LogEntry, entry: RequestEntry, place: number): LoggedEvent | null {
  const fact = entry.events[place - row.seq];
  if (fact === undefined) return null;
  const body = row.body === null ? null : sliceOf(row.body, fact.range);
  return { row, fact, entry, parent: null, body };
}

function emitted(row: LogEntry, settled: Settled, place: number): LoggedEvent | null {
  const own = settled.emitted[place - row.seq - 1];
  if (own === undefined || row.width !== 1 + settled.emitted.length) return null;
  const fact: EventFact = {
    dedupeKey: emittedKey(own.id, place, row.run),
    type: own.type,
    connection: null,
    occurredAt: row.at_ms,
    sequence: null,
    range: null,
  };
  return { row, fact, entry: null, parent: settled.event, body: Buffer.from(own.data) };
}

/** The request that an event came in, or what stands for one. */
export function requestOf({ row, parent }: LoggedEvent): RequestFact {
  if (parent !== null) return EMITTED_REQUEST;
  const request = JSON.parse(row.request ?? "null") as RequestFact | null;
  return request ?? { method: "", url: "", peer: "", headers: [] };
}

/** An event's own bytes of its request's body. */
function sliceOf(body: Uint8Array, range: readonly [number, number] | null): Uint8Array {
  return range === null ? body : body.slice(range[0], range[0] + range[1]);
}

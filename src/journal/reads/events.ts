import type { Clock } from "../../base/clock.ts";
import { type EventId, eventId, parseEventId, type Seq, seq } from "../../base/ids.ts";
import { dedupeHash } from "../batch.ts";
import { BUCKETS } from "../dedupe.ts";
import type { EventFilter, RequestFact } from "../facts.ts";
import { ReadRefused } from "../journal.ts";
import { STATUS } from "../projection/codes.ts";
import type { EventDetail, EventRow, Page } from "../rows.ts";
import { attemptsOf, eventRow, type Row } from "./event-row.ts";
import { type Condition, condition } from "./filter.ts";
import { Entries, requestOf } from "./log-entry.ts";
import type { Statements } from "./statements.ts";

const SELECT =
  "SELECT e.*, CASE e.status WHEN 0 THEN (SELECT since_ms FROM work WHERE position = e.position) END AS since_ms, s.name AS source, c.key AS connection FROM events e JOIN sources s ON s.id = e.source_id LEFT JOIN connections c ON c.id = e.connection_id";
/** Events looked through at a time where no index leads to the rows, growing while nothing is found. */
const WINDOW_FIRST = 8_192;
const WINDOW_MAX = 262_144;
/** A search that takes longer answers with what it has and a cursor to go on from. */
const SEARCH_MS_MAX = 2_000;

const NO_REQUEST: RequestFact = { method: "", url: "", peer: "", headers: [] };

/** Events as operators read them, newest first. */
export class EventReader {
  readonly #index: Statements;
  readonly #log: Statements;
  readonly #clock: Clock;

  constructor(index: Statements, log: Statements, clock: Clock) {
    this.#index = index;
    this.#log = log;
    this.#clock = clock;
  }

  events(filter: EventFilter, page: { limit: number; cursor: string | null }): Page<EventRow> {
    const below = page.cursor === null ? this.#top() + 1 : cursorSeq(page.cursor);
    const { rows, reached } = this.#down(this.#condition(filter), below, page.limit);
    const full = rows.length === page.limit;
    const last = full ? rows.at(-1)?.seq : reached;
    const entries = new Entries(this.#log, "heads");
    return {
      rows: rows.map((row) => eventRow(row, entries, this.#clock.now())),
      nextCursor: last === undefined || last <= 1 ? null : String(last),
    };
  }

  oldest(filter: EventFilter, after: Seq, upTo: Seq, limit: number): EventRow[] {
    const { where, values } = this.#condition(filter);
    const sql = `${SELECT} WHERE e.seq > ? AND e.seq <= ? AND ${where} ORDER BY e.seq LIMIT ?`;
    const entries = new Entries(this.#log, "heads");
    return this.#index
      .of<Row, (string | number)[]>(sql)
      .all(after, upTo, ...values, limit)
      .map((row) => eventRow(row, entries, this.#clock.now()));
  }

  count(filter: EventFilter, upTo: Seq, atMost: number): number {
    const { where, values } = this.#condition(filter);
    const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM events e WHERE e.seq <= ? AND ${where} LIMIT ?)`;
    return (
      this.#index.of<{ n: number }, (string | number)[]>(sql).get(upTo, ...values, atMost)?.n ?? 0
    );
  }

  event(id: EventId): EventDetail | null {
    const row = this.#row(id);
    if (row === null) return null;
    const entries = new Entries(this.#log, "bodies");
    const found = entries.at(row.seq);
    return {
      ...eventRow(row, entries, this.#clock.now()),
      position: seq(row.position),
      body: found?.body ?? null,
      request: found === null ? NO_REQUEST : requestOf(found),
      attemptLog: attemptsOf(row, this.#index),
      steps: this.#index
        .of<{ name: string; result: string; at: number }, [number]>(
          "SELECT name, result, at_ms AS at FROM steps WHERE position = ? ORDER BY rowid",
        )
        .all(row.position),
      behind: this.#behind(row),
    };
  }

  requestBody(id: EventId): Uint8Array | null {
    const row = this.#row(id);
    const found = row === null ? null : new Entries(this.#log, "bodies").at(row.seq);
    return found === null ? null : found.parent === null ? found.row.body : found.body;
  }

  changes(after: Seq, limit: number): { rows: EventRow[]; upTo: Seq } {
    // The log may be further than the projection by now: what is passed over here is never asked for again.
    const upTo = this.#applied();
    const seqs = this.#log
      .of<
        { seq: number; width: number; kind: number; event: number | null },
        [number, number, number]
      >(
        "SELECT seq, width, kind, CASE WHEN kind IN (3, 4) THEN fact ->> '$.event' END AS event FROM log WHERE seq > ? AND seq <= ? AND kind IN (1, 3, 4) ORDER BY seq LIMIT ?",
      )
      .all(after, upTo, limit);
    const rows: EventRow[] = [];
    const entries = new Entries(this.#log, "heads");
    const one = this.#index.of<Row, [number]>(`${SELECT} WHERE e.seq = ?`);
    for (const entry of seqs) {
      const own = Array.from({ length: entry.width }, (_, index) => entry.seq + index);
      // What an event's settling emitted comes after it: at the entry's own place there is no event.
      const places = entry.event === null ? own : [entry.event, ...own.slice(1)];
      for (const place of places) {
        const row = one.get(place);
        if (row !== null) rows.push(eventRow(row, entries, this.#clock.now()));
      }
    }
    const last = seqs.at(-1);
    const all = last === undefined || seqs.length < limit;
    return { rows, upTo: seq(all ? Math.max(after, upTo) : last.seq + last.width - 1) };
  }

  #condition(filter: EventFilter): Condition {
    return condition(filter, (key) => this.#byDedupeKey(key));
  }

  /** Rows below `below`, newest first, window by window, until there are enough, none are left, or time is up. */
  #down(found: Condition, below: number, limit: number): { rows: Row[]; reached: number } {
    const sql = `${SELECT} WHERE e.seq < ? AND e.seq >= ? AND ${found.where} ORDER BY e.seq DESC LIMIT ?`;
    const statement = this.#index.of<Row, (string | number)[]>(sql);
    if (found.direct || found.where === "1")
      return { rows: statement.all(below, 0, ...found.values, limit), reached: 0 };
    const rows: Row[] = [];
    const until = this.#clock.monotonic() + SEARCH_MS_MAX;
    let window = WINDOW_FIRST;
    let top = below;
    while (top > 0 && rows.length < limit && this.#clock.monotonic() < until) {
      const bottom = Math.max(top - window, 0);
      rows.push(...statement.all(top, bottom, ...found.values, limit - rows.length));
      top = bottom;
      window = Math.min(window * 2, WINDOW_MAX);
    }
    return { rows, reached: top };
  }

  #applied(): number {
    const mark = this.#index.of<{ value: string }, []>(
      "SELECT value FROM meta WHERE name = 'applied'",
    );
    return Number(mark.get()?.value ?? 0);
  }

  #top(): number {
    return (
      this.#index.of<{ top: number | null }, []>("SELECT max(seq) AS top FROM events").get()?.top ??
      0
    );
  }

  #row(id: EventId): Row | null {
    const place = parseEventId(id);
    if (place === undefined) return null;
    return this.#index
      .of<Row, [number, number]>(`${SELECT} WHERE e.seq = ? AND e.run = ?`)
      .get(place.seq, place.run);
  }

  #byDedupeKey(key: string): number[] {
    const sources = this.#index.of<{ name: string }, []>("SELECT name FROM sources").all();
    const buckets = this.#index
      .of<{ bucket: number }, []>(BUCKETS)
      .all()
      .map((row) => row.bucket);
    const places = this.#index.of<{ seq: number }, [number, number]>(
      "SELECT seq FROM dedupe WHERE bucket = ? AND hash = ?",
    );
    return sources.flatMap(({ name }) =>
      buckets.flatMap((bucket) => places.all(bucket, dedupeHash(name, key)).map((row) => row.seq)),
    );
  }

  #behind(row: Row): EventId | null {
    if (row.connection_id === null || row.status !== STATUS.pending) return null;
    const before = this.#index
      .of<{ seq: number; run: number }, [number, number]>(
        "SELECT e.seq, e.run FROM work w JOIN events e ON e.seq = w.event_seq WHERE w.connection_id = ? AND w.position < ? ORDER BY w.position DESC LIMIT 1",
      )
      .get(row.connection_id, row.position);
    return before === null ? null : eventId(seq(before.seq), before.run);
  }
}

function cursorSeq(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor))
    throw new ReadRefused(
      "bad_cursor",
      `"${cursor.slice(0, 40)}" is no cursor of this list; leave it out to start from the newest.`,
    );
  return Number(cursor);
}

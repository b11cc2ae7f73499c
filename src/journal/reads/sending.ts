import type { Clock } from "../../base/clock.ts";
import { parseEventId, type Seq, seq } from "../../base/ids.ts";
import { ReadRefused } from "../journal.ts";
import type { Page } from "../rows.ts";
import {
  type DeliveryDetail,
  type DeliveryFilter,
  type DeliveryId,
  type DeliveryRef,
  type DeliveryRow,
  type EndpointId,
  type EndpointRow,
  parseDeliveryId,
} from "../sending.ts";
import {
  deliveryRow,
  deliveryStatusCode,
  endpointRow,
  type FoundEndpoint,
  type StoredDelivery,
  triesOf,
} from "./delivery-row.ts";
import type { Statements } from "./statements.ts";

type Values = (string | number)[];

/** What a pending row's endpoint says of all of them: acknowledged up to a place, or removed. */
const STATE =
  "CASE WHEN d.status <> 0 THEN d.status WHEN d.position <= p.acked_to THEN 1 WHEN p.removed = 1 THEN 3 ELSE 0 END";
/** Deliveries lead: the others are looked up for each that is shown. */
const SELECT = `SELECT d.*, ${STATE} AS state, p.name AS endpoint, coalesce(e.run, 0) AS run, e.type, s.name AS source, c.key AS connection FROM deliveries d LEFT JOIN endpoints p ON p.id = d.endpoint_id LEFT JOIN events e ON e.seq = d.event_seq LEFT JOIN sources s ON s.id = e.source_id LEFT JOIN connections c ON c.id = d.connection_id`;

/** Deliveries looked through at a time where no index leads to the rows, growing while nothing is found. */
const WINDOW_FIRST = 8_192;
const WINDOW_MAX = 262_144;
/** A search that takes longer answers with what it has and a cursor to go on from. */
const SEARCH_MS_MAX = 2_000;

/** Endpoints and deliveries as operators read them. */
export class SendingReader {
  readonly #index: Statements;
  readonly #log: Statements;
  readonly #clock: Clock;

  constructor(index: Statements, log: Statements, clock: Clock) {
    this.#index = index;
    this.#log = log;
    this.#clock = clock;
  }

  /** In the order in which they were registered. */
  endpoints(page: { limit: number; cursor: string | null }): Page<EndpointRow> {
    const after = page.cursor === null ? 0 : cursorNumber(page.cursor);
    const rows = this.#index
      .of<FoundEndpoint, [number, number]>(
        "SELECT * FROM endpoints WHERE id > ? AND removed = 0 ORDER BY id LIMIT ?",
      )
      .all(after, page.limit + 1);
    const shown = rows.slice(0, page.limit);
    const nextCursor = rows.length > page.limit ? String(shown.at(-1)?.id ?? 0) : null;
    return { rows: shown.map(endpointRow), nextCursor };
  }

  endpoint(id: EndpointId): EndpointRow | null {
    const row = this.#index
      .of<FoundEndpoint, [string]>("SELECT * FROM endpoints WHERE name = ? AND removed = 0")
      .get(id);
    return row === null ? null : endpointRow(row);
  }

  deliveries(
    filter: DeliveryFilter,
    page: { limit: number; cursor: string | null },
  ): Page<DeliveryRow> {
    const below = page.cursor === null ? this.#top() + 1 : cursorNumber(page.cursor);
    const { rows, reached } = this.#down(filter, below, page.limit);
    const last = rows.length === page.limit ? rows.at(-1)?.id : reached;
    const now = this.#clock.now();
    return {
      rows: rows.map((row) => deliveryRow(row, now)),
      nextCursor: last === undefined || last <= 1 ? null : String(last),
    };
  }

  delivery(id: DeliveryId): DeliveryDetail | null {
    const parsed = parseDeliveryId(id);
    const event = parsed === undefined ? undefined : parseEventId(parsed.event);
    if (parsed === undefined || event === undefined) return null;
    const row = this.#index
      .of<StoredDelivery, Values>(
        `${SELECT} WHERE d.event_seq = ? AND e.run = ? AND p.name = ? ORDER BY d.endpoint_id DESC LIMIT 1`,
      )
      .get(event.seq, event.run, parsed.endpoint);
    if (row === null) return null;
    return {
      ...deliveryRow(row, this.#clock.now()),
      attemptLog: triesOf(row, this.#index, this.#log),
    };
  }

  /** All of one event or none: a page may be longer by an event's endpoints. */
  failedDeliveries(filter: DeliveryFilter, after: Seq, limit: number): DeliveryRef[] {
    const { where, values } = this.#condition({ ...filter, status: "failed" });
    const sql = (range: string): string =>
      `SELECT d.event_seq AS event, p.name AS endpoint FROM deliveries d LEFT JOIN endpoints p ON p.id = d.endpoint_id WHERE d.status = 2 AND p.removed = 0 AND ${range} AND ${where} ORDER BY d.event_seq LIMIT ?`;
    const found = this.#index
      .of<{ event: number; endpoint: EndpointId }, Values>(sql("d.event_seq > ?"))
      .all(after, ...values, limit);
    const last = found.at(-1)?.event;
    if (last === undefined || found.length < limit) return found.map(reference);
    const ties = this.#index
      .of<{ event: number; endpoint: EndpointId }, Values>(sql("d.event_seq = ?"))
      .all(last, ...values, -1);
    return [...found.filter(({ event }) => event < last), ...ties].map(reference);
  }

  #condition(filter: DeliveryFilter): { where: string; values: Values; direct: boolean } {
    const parts: string[] = ["1"];
    const values: Values = [];
    if (filter.endpoint !== undefined) {
      const ids = this.#index
        .of<{ id: number }, [string]>("SELECT id FROM endpoints WHERE name = ?")
        .all(filter.endpoint)
        .map(({ id }) => id);
      // One, as ever but after a removal, is read in the order of its index.
      parts.push(
        ids.length === 1
          ? "d.endpoint_id = ?"
          : "d.endpoint_id IN (SELECT value FROM json_each(?))",
      );
      values.push(ids.length === 1 ? (ids[0] ?? 0) : JSON.stringify(ids));
    }
    if (filter.event !== undefined) {
      parts.push("d.event_seq = ?");
      values.push(parseEventId(filter.event)?.seq ?? 0);
    }
    if (filter.status === "failed") parts.push("d.status = 2");
    else if (filter.status !== undefined)
      parts.push(`${STATE} = ${deliveryStatusCode(filter.status)}`);
    if (filter.since !== undefined) parts.push(`d.created_ms >= ${Math.round(filter.since)}`);
    if (filter.until !== undefined) parts.push(`d.created_ms < ${Math.round(filter.until)}`);
    const searched = [filter.status, filter.since, filter.until].some((each) => each !== undefined);
    return {
      where: parts.join(" AND "),
      values,
      direct: filter.event !== undefined || !searched,
    };
  }

  /** Rows below `below`, newest first, window by window, until there are enough, none are left, or time is up. */
  #down(
    filter: DeliveryFilter,
    below: number,
    limit: number,
  ): { rows: StoredDelivery[]; reached: number } {
    const { where, values, direct } = this.#condition(filter);
    const statement = this.#index.of<StoredDelivery, Values>(
      `${SELECT} WHERE d.id < ? AND d.id >= ? AND ${where} ORDER BY d.id DESC LIMIT ?`,
    );
    if (direct) return { rows: statement.all(below, 0, ...values, limit), reached: 0 };
    const rows: StoredDelivery[] = [];
    const until = this.#clock.monotonic() + SEARCH_MS_MAX;
    let window = WINDOW_FIRST;
    let top = below;
    while (top > 0 && rows.length < limit && this.#clock.monotonic() < until) {
      const bottom = Math.max(top - window, 0);
      rows.push(...statement.all(top, bottom, ...values, limit - rows.length));
      top = bottom;
      window = Math.min(window * 2, WINDOW_MAX);
    }
    return { rows, reached: top };
  }

  #top(): number {
    return (
      this.#index.of<{ top: number | null }, []>("SELECT max(id) AS top FROM deliveries").get()
        ?.top ?? 0
    );
  }
}

const reference = (row: { event: number; endpoint: EndpointId }): DeliveryRef => ({
  event: seq(row.event),
  endpoint: row.endpoint,
});

function cursorNumber(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor))
    throw new ReadRefused(
      "bad_cursor",
      `"${cursor.slice(0, 40)}" is no cursor of this list; leave it out to start from the beginning.`,
    );
  return Number(cursor);
}

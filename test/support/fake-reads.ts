import { type EventId, eventId, type Seq, seq } from "../../src/base/ids.ts";
import type { EventFilter, ReplayJob, StoredKey } from "../../src/journal/facts.ts";
import type { Reads } from "../../src/journal/journal.ts";
import { ReadRefused } from "../../src/journal/journal.ts";
import {
  type QuarantinedRequest,
  type QuarantineFilter,
  type QuarantineId,
  type QuarantineRow,
  quarantineId,
} from "../../src/journal/quarantine.ts";
import type {
  ConnectionRow,
  EventDetail,
  EventRow,
  Page,
  SourceRow,
} from "../../src/journal/rows.ts";

const AT = Date.UTC(2026, 2, 1, 8, 30);

/** Reads over plain arrays, newest first; a cursor is `after-<index>`. `refusal` makes every read reject. */
export class FakeReads implements Reads {
  refusal: Error | null = null;
  rows: EventDetail[] = [];
  connectionRows: ConnectionRow[] = [];
  jobRows: { id: string; job: ReplayJob }[] = [];
  keyRows: StoredKey[] = [];
  sourceRows: SourceRow[] = [];
  quarantineRows: QuarantinedRequest[] = [];
  /** The filters that were asked for. */
  readonly asked: EventFilter[] = [];

  async events(filter: EventFilter, page: Asked): Promise<Page<EventRow>> {
    this.asked.push(filter);
    return this.#page(this.#matching(filter), page);
  }

  async event(id: EventId): Promise<EventDetail | null> {
    return this.#read(this.rows.find((row) => row.id === id) ?? null);
  }

  async requestBody(id: EventId): Promise<Uint8Array | null> {
    const row = this.rows.find((own) => own.id === id);
    return this.#read(row?.body ? Buffer.concat([Buffer.from("whole:"), row.body]) : null);
  }

  async count(filter: EventFilter, _upTo: Seq, atMost: number): Promise<number> {
    this.asked.push(filter);
    return this.#read(Math.min(this.#matching(filter).length, atMost));
  }

  async oldest(): Promise<readonly EventRow[]> {
    return this.#read([]);
  }

  async connections(
    filter: Parameters<Reads["connections"]>[0],
    page: Asked,
  ): Promise<Page<ConnectionRow>> {
    const rows = this.connectionRows.filter(
      (row) =>
        (filter.source ?? row.source) === row.source &&
        (filter.status ?? row.status) === row.status &&
        row.key.includes(filter.q ?? ""),
    );
    return this.#page(rows, page);
  }

  async connection(ref: { source: string; key: string }): Promise<ConnectionRow | null> {
    const row = this.connectionRows.find((own) => own.source === ref.source && own.key === ref.key);
    return this.#read(row ?? null);
  }

  async jobs(page: Asked): Promise<Page<{ id: string; job: ReplayJob }>> {
    return this.#page(this.jobRows, page);
  }

  async job(id: string): Promise<ReplayJob | null> {
    return this.#read(this.jobRows.find((row) => row.id === id)?.job ?? null);
  }

  async runningJobs(): Promise<readonly { id: string; job: ReplayJob }[]> {
    return this.#read(this.jobRows.filter(({ job }) => job.status === "running"));
  }

  async keys(): Promise<readonly StoredKey[]> {
    return this.#read(this.keyRows);
  }

  async sources(): Promise<readonly SourceRow[]> {
    return this.#read(this.sourceRows);
  }

  async quarantine(filter: QuarantineFilter, page: Asked): Promise<Page<QuarantineRow>> {
    const rows = this.quarantineRows.filter(
      (row) =>
        (filter.source ?? row.source) === row.source &&
        (filter.code ?? row.code) === row.code &&
        (filter.held ?? row.held) === row.held,
    );
    return this.#page(rows, page);
  }

  async quarantineIds(
    { source }: QuarantineFilter,
    after: string | null,
    limit: number,
  ): Promise<readonly { id: QuarantineId; source: string }[]> {
    const rows = this.quarantineRows.filter((row) => (source ?? row.source) === row.source);
    const oldest = rows.toReversed();
    const start = oldest.findIndex(({ id }) => id === after) + 1;
    return this.#read(oldest.slice(start, start + limit));
  }

  async quarantined(id: QuarantineId): Promise<QuarantinedRequest | null> {
    return this.#read(this.quarantineRows.find((row) => row.id === id) ?? null);
  }

  async changes(after: Seq): Promise<{ rows: readonly EventRow[]; upTo: Seq }> {
    return this.#read({ rows: [], upTo: after });
  }

  #matching(filter: EventFilter): EventDetail[] {
    return this.rows.filter(
      (row) =>
        (filter.source ?? row.source) === row.source &&
        (filter.status ?? row.status) === row.status &&
        (filter.type ?? row.type) === row.type &&
        (filter.since ?? 0) <= row.receivedAt,
    );
  }

  #page<T>(rows: readonly T[], { limit, cursor }: Asked): Page<T> {
    const start = cursor === null ? 0 : Number(/^after-(\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
    if (Number.isNaN(start)) throw new ReadRefused("bad_cursor", "not one of ours");
    const end = start + limit;
    return this.#read({
      rows: rows.slice(start, end),
      nextCursor: end < rows.length ? `after-${end}` : null,
    });
  }

  #read<T>(value: T): T {
    if (this.refusal !== null) throw this.refusal;
    return value;
  }
}

interface Asked {
  readonly limit: number;
  readonly cursor: string | null;
}

/** An event as the journal's reads would answer it, with what matters to a test changed. */
export function anEvent(place: number, changes: Partial<EventDetail> = {}): EventDetail {
  const body = changes.body === undefined ? Buffer.from(`{"n":${place}}`) : changes.body;
  return {
    id: eventId(seq(place), 7),
    seq: seq(place),
    position: seq(place),
    source: "bank",
    connection: "c1",
    type: "invoice.paid",
    status: "completed",
    origin: "webhook",
    dedupeKey: `key-${place}`,
    occurredAt: AT - 1000,
    receivedAt: AT,
    settledAt: AT + 5,
    attempts: 1,
    nextAttemptAt: null,
    stale: false,
    error: null,
    reason: null,
    size: body?.length ?? 0,
    requestId: "req_00000000010007",
    duplicates: 0,
    replays: 0,
    request: {
      method: "POST",
      url: "/in/bank",
      peer: "203.0.113.9",
      headers: [["content-type", "application/json"]],
    },
    attemptLog: [],
    steps: [],
    behind: null,
    ...changes,
    body,
  };
}

export function aConnection(key: string, changes: Partial<ConnectionRow> = {}): ConnectionRow {
  return {
    source: "bank",
    key,
    status: "active",
    statusReason: null,
    statusAt: null,
    state: '{"count":3}',
    mailboxDepth: 0,
    lastEventAt: AT,
    expectBy: null,
    head: null,
    restarts: 0,
    events: 3,
    ...changes,
  };
}

export function aJob(changes: Partial<ReplayJob> = {}): ReplayJob {
  return {
    filter: { source: "bank", since: AT },
    status: "running",
    rate: 50,
    total: 10,
    done: 4,
    upTo: seq(100),
    cursor: seq(40),
    createdAt: AT,
    finishedAt: null,
    ...changes,
  };
}

/** A request in the quarantine as the journal's reads would answer it. */
export function aQuarantined(
  number: number,
  changes: Partial<QuarantinedRequest> = {},
): QuarantinedRequest {
  const body = changes.body ?? Buffer.from(`{"n":${number}}`);
  return {
    id: quarantineId(number),
    source: "bank",
    at: AT,
    code: "signature_mismatch",
    detail: "No secret of this source matches.",
    held: false,
    size: body.byteLength,
    request: {
      method: "POST",
      url: "/in/bank",
      peer: "203.0.113.9",
      headers: [["content-type", "application/json"]],
    },
    ...changes,
    body,
  };
}

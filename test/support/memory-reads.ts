import { type EventId, parseEventId, requestId, type Seq } from "../../src/base/ids.ts";
import type { ConnectionRef, EventFilter, ReplayJob } from "../../src/journal/facts.ts";
import type { Reads } from "../../src/journal/journal.ts";
import type { ConnectionRow, EventDetail, EventRow, Page } from "../../src/journal/rows.ts";
import type { Ledger } from "./ledger.ts";
import type { Account, Entry } from "./ledger-rows.ts";
import { ownBytes } from "./memory-journal.ts";

type Kept = "events" | "event" | "count" | "oldest" | "connection" | "job" | "runningJobs";

/** What operators read, straight from the ledger: every look-up walks everything. */
export class MemoryReads implements Pick<Reads, Kept> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Newest first; the cursor is the last row's place. */
  async events(
    filter: EventFilter,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<EventRow>> {
    const before = page.cursor === null ? Number.POSITIVE_INFINITY : Number(page.cursor);
    const all = this.#matching(filter).reverse();
    const rest = all.filter((entry) => entry.seq < before);
    const rows = rest.slice(0, page.limit).map(eventRow);
    const last = rows.at(-1);
    return { rows, nextCursor: rest.length > rows.length && last ? `${last.seq}` : null };
  }

  async event(id: EventId): Promise<EventDetail | null> {
    const entry = this.#ledger.events.get(parseEventId(id)?.seq ?? (0 as Seq));
    return entry === undefined || entry.id !== id ? null : this.#detail(entry);
  }

  #detail(entry: Entry): EventDetail {
    const { intake, fact, log, steps, position } = entry;
    const account = accountOf(this.#ledger, entry);
    const before = [...(account?.queue.values() ?? [])].filter((e) => e.position < position);
    return {
      ...eventRow(entry),
      position,
      body: ownBytes(intake.body, fact.range),
      request: intake.request,
      attemptLog: log,
      steps,
      behind: entry.status === "pending" ? (before.at(-1)?.id ?? null) : null,
    };
  }

  async count(filter: EventFilter, upTo: Seq, atMost: number): Promise<number> {
    return Math.min(atMost, this.#matching(filter).filter((entry) => entry.seq <= upTo).length);
  }

  async oldest(
    filter: EventFilter,
    after: Seq,
    upTo: Seq,
    limit: number,
  ): Promise<readonly EventRow[]> {
    const inside = this.#matching(filter).filter(({ seq }) => seq > after && seq <= upTo);
    return inside.slice(0, limit).map(eventRow);
  }

  async connection(ref: ConnectionRef): Promise<ConnectionRow | null> {
    const account = this.#ledger.account(ref);
    return account === null ? null : connectionRow(account);
  }

  async job(id: string): Promise<ReplayJob | null> {
    return this.#ledger.jobs.get(id) ?? null;
  }

  async runningJobs(): Promise<readonly { id: string; job: ReplayJob }[]> {
    return [...this.#ledger.jobs].flatMap(([id, job]) =>
      job.status === "running" ? [{ id, job }] : [],
    );
  }

  #matching(filter: EventFilter): Entry[] {
    return [...this.#ledger.events.values()].filter((entry) => matches(entry, filter));
  }
}

export function matches(entry: Entry, filter: EventFilter): boolean {
  const { intake, fact, error, reason } = entry;
  const text = [error?.code, error?.message, reason].join("\n");
  const all = [entry.id, fact.dedupeKey, fact.type, fact.connection, text].join("\n");
  return (
    (filter.source === undefined || intake.source === filter.source) &&
    (filter.connection === undefined || fact.connection === filter.connection) &&
    (filter.type === undefined || globbed(filter.type).test(fact.type)) &&
    (filter.status === undefined || entry.status === filter.status) &&
    (filter.origin === undefined || intake.origin === filter.origin) &&
    (filter.since === undefined || intake.at >= filter.since) &&
    (filter.until === undefined || intake.at < filter.until) &&
    (filter.error === undefined || text.includes(filter.error)) &&
    (filter.q === undefined || all.includes(filter.q))
  );
}

function globbed(glob: string): RegExp {
  const parts = glob.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function accountOf(ledger: Ledger, entry: Entry): Account | null {
  const key = entry.fact.connection;
  return key === null ? null : ledger.account({ source: entry.intake.source, key });
}

export function eventRow(entry: Entry): EventRow {
  const { intake, fact } = entry;
  return {
    id: entry.id,
    seq: entry.seq,
    source: intake.source,
    connection: fact.connection,
    type: fact.type,
    status: entry.status,
    origin: intake.origin,
    dedupeKey: fact.dedupeKey,
    occurredAt: fact.occurredAt,
    receivedAt: intake.at,
    settledAt: entry.settledAt,
    attempts: entry.attempts,
    nextAttemptAt: entry.dueAt,
    stale: entry.stale,
    error: entry.error,
    reason: entry.reason,
    size: fact.range?.[1] ?? intake.body.byteLength,
    requestId: requestId(entry.requestSeq, 1),
    duplicates: entry.duplicates,
    replays: entry.replays,
  };
}

function connectionRow(account: Account): ConnectionRow {
  const [head] = account.queue.values();
  return {
    source: account.ref.source,
    key: account.ref.key,
    status: account.status,
    statusReason: account.reason,
    statusAt: account.statusAt,
    state: account.state,
    mailboxDepth: account.queue.size,
    lastEventAt: account.lastEventAt,
    expectBy: null,
    head:
      head === undefined
        ? null
        : {
            id: head.id,
            seq: head.seq,
            attempts: head.attempts,
            nextAttemptAt: head.dueAt,
          },
    restarts: account.restarts,
    events: account.events,
  };
}

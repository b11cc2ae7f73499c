import { type ApiEvent, readEvent } from "../api.ts";
import { type Client, type Query, segment } from "../client.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { PAGE_MAX } from "../options.ts";

/** Reading a second: enough for 1,000 new events a second; beyond that a person reads nothing anyway. */
const PAGES_MAX = 5;
/** Pending events that are asked after one by one, in turn, once they are out of the window. */
const ASKED_AFTER_MAX = 25;
/** Pending events kept in mind. The oldest are let go. */
const PENDING_MAX = 1_000;
/** The window reaches back this far behind the newest event, since commits are not in order of arrival time. */
const OVERLAP_MS = 2_000;

/**
 * Knows which events were shown, and finds what is new or has changed. Times are compared with the
 * server's own only, so that this machine's clock does not matter.
 */
export class Tracker {
  readonly #client: Client;
  readonly #query: Query;
  /** Status as last shown, of events inside the window or still pending. */
  readonly #shown = new Map<string, string>();
  /** Pending ones, in the order in which they will be asked after. */
  readonly #pending = new Set<string>();
  #newest: number | null = null;

  constructor(client: Client, query: Query) {
    this.#client = client;
    this.#query = query;
  }

  /** Notes what is there already; answers the newest `last` of it, oldest first. */
  async begin(last: number): Promise<readonly ApiEvent[]> {
    const page = await this.#client.page("/v1/events", { ...this.#query, limit: PAGE_MAX });
    const events = page.rows.map(readEvent).reverse();
    for (const event of events) this.#note(event);
    return last === 0 ? [] : events.slice(-last);
  }

  /** Events that are new or have another status than when last shown, oldest first. */
  async look(): Promise<{ events: readonly ApiEvent[]; missed: boolean }> {
    const { events, missed } = await this.#window();
    const changed = events.filter((event) => this.#isChange(event));
    const inWindow = new Set(events.map((event) => event.id));
    const older = await this.#askAfter(
      [...this.#pending].filter((id) => !inWindow.has(id)).slice(0, ASKED_AFTER_MAX),
    );
    const all = [...older.filter((event) => this.#isChange(event)), ...changed];
    for (const event of [...older, ...events]) this.#note(event);
    this.#forget(inWindow);
    return { events: all, missed };
  }

  async #window(): Promise<{ events: ApiEvent[]; missed: boolean }> {
    const since =
      this.#newest === null ? {} : { since: new Date(this.#newest - OVERLAP_MS).toISOString() };
    const events: ApiEvent[] = [];
    let cursor: string | null = null;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const page = await this.#client.page("/v1/events", {
        ...this.#query,
        ...since,
        limit: PAGE_MAX,
        ...(cursor === null ? {} : { cursor }),
      });
      events.push(...page.rows.map(readEvent));
      cursor = page.nextCursor;
      if (cursor === null) return { events: events.reverse(), missed: false };
    }
    const oldest = events.at(-1);
    // What is further back was shown already unless the oldest row seen is itself new.
    return {
      events: events.reverse(),
      missed: oldest !== undefined && !this.#shown.has(oldest.id),
    };
  }

  async #askAfter(ids: readonly string[]): Promise<readonly ApiEvent[]> {
    const answers = await Promise.all(
      ids.map(async (id) => {
        // Asked after: goes to the end of the row.
        this.#pending.delete(id);
        this.#pending.add(id);
        return this.#one(id);
      }),
    );
    return answers.filter((event) => event !== null);
  }

  async #one(id: string): Promise<ApiEvent | null> {
    try {
      const answer = await this.#client.get(`/v1/events/${segment(id, "event id")}`);
      const { data: _payload, ...row } = answer;
      return readEvent(row);
    } catch (failure) {
      if (!(failure instanceof CliFailure) || failure.exit !== EXIT.NOT_FOUND) throw failure;
      // Retention took it away.
      this.#pending.delete(id);
      this.#shown.delete(id);
      return null;
    }
  }

  #isChange(event: ApiEvent): boolean {
    return this.#shown.get(event.id) !== fingerprint(event);
  }

  #note(event: ApiEvent): void {
    this.#shown.set(event.id, fingerprint(event));
    if (event.status === "pending") this.#pending.add(event.id);
    else this.#pending.delete(event.id);
    const at = Date.parse(event.receivedAt ?? "");
    if (!Number.isNaN(at)) this.#newest = Math.max(this.#newest ?? 0, at);
  }

  /** Keeps in mind the window and the pending ones, both bounded. */
  #forget(inWindow: ReadonlySet<string>): void {
    for (const id of this.#pending) {
      if (this.#pending.size <= PENDING_MAX) break;
      this.#pending.delete(id);
    }
    for (const id of this.#shown.keys()) {
      if (!inWindow.has(id) && !this.#pending.has(id)) this.#shown.delete(id);
    }
  }
}

/** A further failed attempt of a pending event is worth a line too. */
const fingerprint = (event: ApiEvent): string =>
  `${event.status} ${event.status === "pending" ? event.attempts : event.settledAt}`;

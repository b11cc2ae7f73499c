import type { Clock } from "../../base/clock.ts";
import type { Seq } from "../../base/ids.ts";
import type { EventFilter } from "../../journal/facts.ts";
import { ReadRefused, type Reads } from "../../journal/journal.ts";
import type { EventRow } from "../../journal/rows.ts";
import { matches } from "./matches.ts";
import type { Watch } from "./watch.ts";

/** Entries of the log that are read at a time: what one stream holds in memory. */
const PAGE_ENTRIES = 100;
/** Proxies take a connection that says nothing for dead. */
const HEARTBEAT_MS = 15_000;
/** Whoever has not taken what was said for so long is cut, and resumes where it was. */
const STALL_MS_MAX = 30_000;
/** What a browser waits before it connects again. */
const RECONNECT_MS = 2_000;

export interface FeedDeps {
  readonly clock: Clock;
  readonly reads: Pick<Reads, "changes">;
  readonly watch: Watch;
  /** Rows as JSON text each, in order. */
  render(rows: readonly EventRow[]): Promise<readonly string[]>;
  /** The stream is over, for whatever reason; called once. */
  ended(): void;
}

/**
 * One stream of server-sent events. It reads a page of the journal only when the one before is taken, so
 * that a slow reader costs a page of memory; one that takes nothing at all is cut.
 *
 * Every message bears a position. Of a page only the last one bears the place behind it: whoever resumes from
 * an earlier one gets some again, and misses none.
 */
export class Feed {
  readonly #deps: FeedDeps;
  readonly #filter: EventFilter;
  readonly #abort = new AbortController();
  readonly #encoder = new TextEncoder();
  #position: Seq;
  #begun = false;
  #over = false;
  #cancelStall = (): void => {};

  constructor(deps: FeedDeps, filter: EventFilter, from: Seq) {
    this.#deps = deps;
    this.#filter = filter;
    this.#position = from;
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          this.#cancelStall();
          const text = await this.#next().catch((error: unknown) => {
            // The stream breaks without being cancelled: its place is given back here.
            this.end();
            throw error;
          });
          if (this.#over) return;
          controller.enqueue(this.#encoder.encode(text));
          this.#cancelStall = this.#deps.clock.after(STALL_MS_MAX, () => {
            controller.error(new Error("nothing was taken for too long"));
            this.end();
          });
        },
        cancel: () => this.end(),
      },
      { highWaterMark: 1 },
    );
  }

  /** The reader is gone, or the process ends. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelStall();
    this.#abort.abort();
    this.#deps.ended();
  }

  /** What is said next: where it begins, a page of news, or that there is none. */
  async #next(): Promise<string> {
    if (!this.#begun) {
      this.#begun = true;
      return `retry: ${RECONNECT_MS}\nid: ${this.#position}\n\n`;
    }
    while (!this.#over) {
      const before = this.#position;
      const page = await this.#page();
      if (page !== "") return page;
      if (this.#position !== before) continue;
      const { watch } = this.#deps;
      if (!(await watch.news(this.#position, HEARTBEAT_MS, this.#abort.signal))) break;
    }
    return `: still here\nid: ${this.#position}\n\n`;
  }

  async #page(): Promise<string> {
    try {
      const { rows, upTo } = await this.#deps.reads.changes(this.#position, PAGE_ENTRIES);
      const wanted = rows.filter((row) => matches(this.#filter, row));
      const texts = await this.#deps.render(wanted);
      const begin = this.#position;
      this.#position = upTo;
      return texts
        .map((text, place) => message(place === texts.length - 1 ? upTo : begin, text))
        .join("");
    } catch (error) {
      // Busy, or behind: it is asked again in a moment.
      if (error instanceof ReadRefused) return "";
      throw error;
    }
  }
}

/** JSON has no line breaks of its own. */
const message = (position: Seq, json: string): string => `id: ${position}\ndata: ${json}\n\n`;

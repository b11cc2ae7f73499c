import type { Database, Statement } from "bun:sqlite";
import { type Batch, type BatchReply, dedupeHash, type Entry, unpackBatch } from "./batch.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { DedupeIndex, Original } from "./dedupe.ts";
import { type DuplicateEntry, KIND, type RequestEntry } from "./entries.ts";
import type { CoreFact } from "./facts.ts";
import { isDiskFull } from "./open.ts";

/** What came of a transaction beside the log's entries. */
export type Beside<T> = { readonly ok: true; readonly value: T } | Refused;
type Refused = Extract<BatchReply, { readonly ok: false }>;

type Settled = Extract<CoreFact, { kind: "settled" }>;

/** Pages of 4 KiB in the WAL after which a checkpoint is due. */
const CHECKPOINT_PAGES = 2_000;

type Row = [
  number,
  number,
  number,
  number,
  number,
  string,
  string | null,
  string | null,
  Uint8Array | null,
];

/**
 * The only writer of the log. One batch is one transaction and one sync; nothing is answered before both.
 * After an error other than a full disk, memory and disk may disagree: it refuses everything from then on,
 * and the process is to end and recover from disk.
 */
export class LogWriter {
  readonly #db: Database;
  readonly #run: number;
  readonly #dedupe: DedupeIndex;
  readonly #insert: Statement<unknown, Row>;
  readonly #checkpoints: Checkpoints;
  #next: number;
  #failed: string | null = null;
  #pagesWritten = 0;
  /** What the batch under way remembers beside its requests' own. */
  #emittedHashes: number[] = [];

  constructor(db: Database, dedupe: DedupeIndex, run: number) {
    this.#db = db;
    this.#run = run;
    this.#dedupe = dedupe;
    this.#next = nextSeq(db);
    this.#insert = db.prepare(
      "INSERT INTO log (seq, kind, run, at_ms, width, fact, links, request, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#checkpoints = new Checkpoints(db);
  }

  /** Everything up to here is committed and synced. */
  get head(): number {
    return this.#next - 1;
  }

  commit(batch: Batch): BatchReply {
    if (this.#failed !== null) return { ok: false, code: "failing", detail: this.#failed };
    const entries = unpackBatch(batch);
    const first = this.#next;
    this.#emittedHashes = [];
    const reply: number[] = [];
    try {
      this.#db.run("BEGIN IMMEDIATE");
      for (const entry of entries) this.#write(entry, reply);
      this.#db.run("COMMIT");
    } catch (error) {
      return this.#rollBack(entries, first, error);
    }
    this.#pagesWritten += entries.length + (batch.bytes.byteLength >> 12);
    return { ok: true, head: this.head, numbers: Float64Array.from(reply) };
  }

  /**
   * A transaction of its own for what stands beside the log in its file, synced like a batch and refused
   * under the same rule. `bytes`: about what it writes.
   */
  beside<T>(bytes: number, work: () => T): Beside<T> {
    if (this.#failed !== null) return { ok: false, code: "failing", detail: this.#failed };
    try {
      this.#db.run("BEGIN IMMEDIATE");
      const value = work();
      this.#db.run("COMMIT");
      this.#pagesWritten += 1 + (bytes >> 11);
      return { ok: true, value };
    } catch (error) {
      return this.#undo(error);
    }
  }

  /** Moves pages from the WAL to the file when enough have gathered; called between commits. `true`: did something. */
  checkpointIfDue(): boolean {
    if (this.#pagesWritten < CHECKPOINT_PAGES || this.#failed !== null) return false;
    this.#pagesWritten = 0;
    try {
      this.#checkpoints.run();
    } catch (error) {
      this.#failed = `checkpoint: ${String(error)}`;
    }
    return true;
  }

  /** Non-null once the log is in doubt: the process must end. */
  get failure(): string | null {
    return this.#failed;
  }

  close(): void {
    if (this.#failed === null) this.#db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#db.close();
  }

  #write(entry: Entry, reply: number[]): void {
    const seq = this.#next;
    reply.push(seq);
    if (entry.kind === KIND.settled && entry.width > 1)
      return this.#put(entry, this.#emittedBefore(entry, seq));
    if (entry.hashes.length === 0) return this.#put(entry, null);
    const originals = this.#originals(entry, seq, reply);
    if (originals === null) return this.#put(entry, null);
    const { source } = JSON.parse(entry.fact) as RequestEntry;
    if (originals.length < entry.hashes.length)
      return this.#put(entry, JSON.stringify(originals.map((link) => [link.index, link.seq])));
    const nothingNew: DuplicateEntry = { source, of: originals.map((link) => link.seq) };
    const fact = JSON.stringify(nothingNew);
    this.#put({ ...entry, kind: KIND.duplicate, fact, request: "", body: null }, null);
  }

  /** The duplicates among a request's events; `null` when all are new, the ordinary case. */
  #originals(entry: Entry, seq: number, reply: number[]): (Original & { index: number })[] | null {
    let originals: (Original & { index: number })[] | null = null;
    let parsed: RequestEntry | undefined;
    for (let index = 0; index < entry.hashes.length; index++) {
      const hash = entry.hashes[index] ?? 0;
      let original: Original | null = null;
      const places = this.#dedupe.candidates(hash, entry.at);
      if (places.length > 0) {
        parsed ??= JSON.parse(entry.fact) as RequestEntry;
        const key = parsed.events[index]?.dedupeKey ?? "";
        const own = { seq, run: this.#run, entry: parsed };
        original = this.#dedupe.original(places, parsed.source, key, entry.at, own);
      }
      if (original === null) {
        this.#dedupe.remember(hash, seq + index, entry.at);
        reply.push(0);
      } else {
        originals ??= [];
        originals.push({ index, ...original });
        reply.push(original.seq, original.run);
      }
    }
    return originals;
  }

  /** Which of a handler's events were emitted before, by the ids that it gave them; `null`: none. */
  #emittedBefore(entry: Entry, seq: number): string | null {
    const { event, emitted } = JSON.parse(entry.fact) as Settled;
    if (emitted.every(({ id }) => id === null)) return null;
    const source = this.#dedupe.sourceOf(event) ?? "";
    const links: [number, number][] = [];
    const own = new Map<string, number>();
    for (const [index, { id }] of emitted.entries()) {
      if (id === null) continue;
      const hash = dedupeHash(source, id);
      const places = this.#dedupe.candidates(hash, entry.at);
      const original =
        own.get(id) ?? this.#dedupe.emittedOriginal(places, source, id, entry.at) ?? null;
      if (original !== null) links.push([index, original]);
      else {
        own.set(id, seq + 1 + index);
        this.#dedupe.remember(hash, seq + 1 + index, entry.at);
        this.#emittedHashes.push(hash);
      }
    }
    return links.length === 0 ? null : JSON.stringify(links);
  }

  #put(entry: Entry, links: string | null): void {
    const request = entry.request === "" ? null : entry.request;
    this.#insert.run(
      this.#next,
      entry.kind,
      this.#run,
      entry.at,
      entry.width,
      entry.fact,
      links,
      request,
      entry.body,
    );
    this.#next += entry.width;
  }

  #rollBack(entries: readonly Entry[], first: number, error: unknown): Refused {
    this.#dedupe.forget(
      [...entries.flatMap((entry) => entry.hashes), ...this.#emittedHashes],
      first,
    );
    this.#next = first;
    return this.#undo(error);
  }

  #undo(error: unknown): Refused {
    const full = isDiskFull(error);
    if (!full) this.#failed = `commit: ${String(error)}`;
    try {
      if (this.#db.inTransaction) this.#db.run("ROLLBACK");
    } catch (cause) {
      this.#failed = `rollback: ${String(cause)}`;
    }
    if (this.#failed !== null) return { ok: false, code: "failing", detail: this.#failed };
    return { ok: false, code: "disk_full", detail: String(error) };
  }
}

/** The place that the next entry takes. */
export function nextSeq(db: Database): number {
  const last = db
    .query<{ next: number }, []>("SELECT seq + width AS next FROM log ORDER BY seq DESC LIMIT 1")
    .get();
  const kept = db
    .query<{ value: string }, []>("SELECT value FROM meta WHERE name = 'next_seq'")
    .get();
  return Math.max(last?.next ?? 1, Number(kept?.value ?? 1));
}

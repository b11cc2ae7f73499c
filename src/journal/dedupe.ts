import type { Database, Statement } from "bun:sqlite";
import { KIND, type RequestEntry } from "./entries.ts";
import type { CoreFact } from "./facts.ts";
import { KeyFilter } from "./filter.ts";

/** Where an earlier event stands, for a duplicate to be linked to. */
export interface Original {
  readonly seq: number;
  readonly run: number;
}

/** The request that is being written. */
export interface OwnRequest {
  readonly seq: number;
  readonly run: number;
  readonly entry: RequestEntry;
}

function confirmOwn(place: number, key: string, own: OwnRequest): Original | null {
  const same = own.entry.events[place - own.seq]?.dedupeKey === key;
  return same ? { seq: place, run: own.run } : null;
}

/** Keys of one generation of the tail; the younger takes over when the projection has all of the older. */
interface Generation {
  readonly seqs: Map<number, number | number[]>;
  upTo: number;
}

const GENERATION_KEYS = 16_384;

const FILTER_KEYS_A_TIME = 5_000;

interface IndexedKey {
  readonly bucket: number;
  readonly hash: number;
  readonly seq: number;
}

type Settled = Extract<CoreFact, { kind: "settled" }>;

interface LogRow {
  readonly seq: number;
  readonly kind: number;
  readonly run: number;
  readonly at_ms: number;
  readonly width: number;
  readonly fact: string;
}

type Looked =
  | { readonly row: LogRow; readonly request: RequestEntry; readonly settled: null }
  | { readonly row: LogRow; readonly request: null; readonly settled: Settled };

function addPlaces(places: number[], found: number | readonly number[] | undefined): void {
  if (typeof found === "number") places.push(found);
  else if (found !== undefined) places.push(...found);
}

/**
 * The span of time that one part of the dedupe index holds: its past can be dropped whole, and random
 * inserts stay within the newest. The same for every retention, so that one may be changed for another.
 */
const BUCKET_MS = 7 * 86_400_000;

export const dedupeBucket = (atMs: number): number => Math.floor(atMs / BUCKET_MS);

/** Every bucket that has a key, by one step down the index each. */
export const BUCKETS =
  "WITH RECURSIVE found (bucket) AS (SELECT max(bucket) FROM dedupe UNION ALL SELECT (SELECT max(bucket) FROM dedupe WHERE dedupe.bucket < found.bucket) FROM found WHERE found.bucket IS NOT NULL) SELECT bucket FROM found WHERE bucket IS NOT NULL";

/**
 * Exact duplicates: first in the tail, which holds what the projection has not yet applied, then in
 * the projection's index. Both give places by hash only; the log has the last word on the full key.
 */
export class DedupeIndex {
  readonly #retentionMs: number;
  readonly #indexed: Statement<{ seq: number }, [number, number]>;
  readonly #entry: Statement<LogRow, [number]>;
  readonly #keys: Statement<IndexedKey, [number, number, number, number]>;
  readonly #filter = new KeyFilter();
  #filled: IndexedKey = { bucket: -1, hash: 0, seq: 0 };
  #applied = -1;
  /** Those that may have a key. A few dozen: weeks of one retention, and of the future if the clock was there. */
  readonly #buckets: Set<number>;
  /** The request that was last looked into: a batch that is sent again leads to it once an event. */
  #looked: Looked | null = null;
  #older: Generation = { seqs: new Map(), upTo: 0 };
  #younger: Generation = { seqs: new Map(), upTo: 0 };

  constructor(log: Database, index: Database, retentionMs: number) {
    this.#retentionMs = retentionMs;
    this.#indexed = index.prepare("SELECT seq FROM dedupe WHERE bucket = ? AND hash = ?");
    this.#keys = index.prepare(
      "SELECT bucket, hash, seq FROM dedupe WHERE (bucket, hash, seq) > (?, ?, ?) ORDER BY bucket, hash, seq LIMIT ?",
    );
    this.#buckets = new Set(
      index
        .prepare<{ bucket: number }, []>(BUCKETS)
        .all()
        .map((row) => row.bucket),
    );
    this.#entry = log.prepare(
      "SELECT seq, kind, run, at_ms, width, fact FROM log WHERE seq <= ? ORDER BY seq DESC LIMIT 1",
    );
  }

  /** Places that the hash leads to; empty for nearly every event. Runs inside the writer's transaction. */
  candidates(hash: number, nowMs: number): number[] {
    const places: number[] = [];
    addPlaces(places, this.#younger.seqs.get(hash));
    addPlaces(places, this.#older.seqs.get(hash));
    if (!this.#filter.mayHave(hash)) return places;
    const oldest = dedupeBucket(nowMs - this.#retentionMs);
    for (const bucket of this.#buckets) {
      // After a clock that jumped ahead and back, those of the future count too.
      if (bucket < oldest) continue;
      for (const row of this.#indexed.all(bucket, hash)) places.push(row.seq);
    }
    return places;
  }

  /**
   * The original of (source, key) among the candidates, if it is younger than the retention. `own` is the
   * request being written: its earlier items are not in the log yet.
   */
  original(
    places: readonly number[],
    source: string,
    key: string,
    nowMs: number,
    own: OwnRequest,
  ): Original | null {
    for (const place of places) {
      const found =
        place >= own.seq ? confirmOwn(place, key, own) : this.#confirm(place, source, key, nowMs);
      if (found !== null) return found;
    }
    return null;
  }

  remember(hash: number, seq: number, atMs: number): void {
    this.#filter.add(hash);
    this.#buckets.add(dedupeBucket(atMs));
    const found = this.#younger.seqs.get(hash);
    if (found === undefined) this.#younger.seqs.set(hash, seq);
    else this.#younger.seqs.set(hash, typeof found === "number" ? [found, seq] : [...found, seq]);
    this.#younger.upTo = seq;
  }

  /** Takes back what a failed commit remembered: everything at `from` or later. */
  forget(hashes: Iterable<number>, from: number): void {
    this.#looked = null;
    for (const hash of hashes) {
      const found = this.#younger.seqs.get(hash);
      if (found === undefined) continue;
      const kept = (typeof found === "number" ? [found] : found).filter((seq) => seq < from);
      if (kept.length === 0) this.#younger.seqs.delete(hash);
      else this.#younger.seqs.set(hash, kept);
    }
  }

  /** The projection has everything up to here: the tail need not hold it any more. */
  applied(upTo: number): void {
    if (upTo === this.#applied) return;
    this.#applied = upTo;
    if (this.#older.seqs.size > 0 && this.#older.upTo > upTo) return;
    if (this.#younger.seqs.size < GENERATION_KEYS) {
      if (this.#older.seqs.size > 0) this.#older = { seqs: new Map(), upTo: 0 };
      return;
    }
    this.#older = this.#younger;
    this.#younger = { seqs: new Map(), upTo: 0 };
  }

  /**
   * Reads the next keys of the index into the filter; `true` once it has them all. To be called between
   * commits until then, with keys only remembered since the filter was made.
   */
  fillFilter(): boolean {
    if (this.#filter.complete) return true;
    const { bucket, hash, seq } = this.#filled;
    const rows = this.#keys.all(bucket, hash, seq, FILTER_KEYS_A_TIME);
    for (const row of rows) this.#filter.add(row.hash);
    this.#filled = rows.at(-1) ?? this.#filled;
    this.#filter.complete = rows.length < FILTER_KEYS_A_TIME || this.#filter.full;
    return this.#filter.complete;
  }

  /**
   * The event that was emitted with this id before, if it is younger than the retention. Ids of a provider
   * are told from those of handlers by the entries that they stand in.
   */
  emittedOriginal(
    places: readonly number[],
    source: string,
    id: string,
    nowMs: number,
  ): number | null {
    for (const place of places) {
      const found = this.#lookInto(place);
      if (found?.settled == null || found.row.at_ms < nowMs - this.#retentionMs) continue;
      if (found.settled.emitted[place - found.row.seq - 1]?.id !== id) continue;
      if (this.sourceOf(found.settled.event) === source) return place;
    }
    return null;
  }

  /** Of an event that came in a request; `null` when there is none (any more). */
  sourceOf(event: number): string | null {
    return this.#lookInto(event)?.request?.source ?? null;
  }

  #confirm(seq: number, source: string, key: string, nowMs: number): Original | null {
    const found = this.#lookInto(seq);
    if (found?.request == null || found.row.at_ms < nowMs - this.#retentionMs) return null;
    const event = found.request.events[seq - found.row.seq];
    if (event === undefined || found.request.source !== source || event.dedupeKey !== key)
      return null;
    return { seq, run: found.row.run };
  }

  #lookInto(seq: number): Looked | null {
    const looked = this.#looked;
    if (looked !== null && seq >= looked.row.seq && seq < looked.row.seq + looked.row.width)
      return looked;
    const row = this.#entry.get(seq);
    if (row === null || (row.kind !== KIND.request && row.kind !== KIND.settled)) return null;
    this.#looked =
      row.kind === KIND.request
        ? { row, request: JSON.parse(row.fact) as RequestEntry, settled: null }
        : { row, request: null, settled: JSON.parse(row.fact) as Settled };
    return this.#looked;
  }
}

import type { Database, Statement } from "bun:sqlite";
import type { RequestEntry } from "./entries.ts";
import { KIND } from "./entries.ts";

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

/** How many spans of time the dedupe index is cut into over one retention. */
const BUCKETS_PER_RETENTION = 4;

export const dedupeBucket = (atMs: number, retentionMs: number): number =>
  Math.floor(atMs / Math.ceil(retentionMs / BUCKETS_PER_RETENTION));

/**
 * Exact duplicates: first in the tail, which holds what the projection has not yet applied, then in
 * the projection's index. Both give places by hash only; the log has the last word on the full key.
 */
export class DedupeIndex {
  readonly #retentionMs: number;
  readonly #indexed: Statement<{ seq: number }, [number, number]>;
  readonly #entry: Statement<
    { seq: number; kind: number; run: number; at_ms: number; fact: string },
    [number]
  >;
  readonly #bucketSpan: Statement<{ oldest: number | null; newest: number | null }, []>;
  #buckets = { oldest: 0, newest: -1 };
  #older: Generation = { seqs: new Map(), upTo: 0 };
  #younger: Generation = { seqs: new Map(), upTo: 0 };

  constructor(log: Database, index: Database, retentionMs: number) {
    this.#retentionMs = retentionMs;
    this.#indexed = index.prepare("SELECT seq FROM dedupe WHERE bucket = ? AND hash = ?");
    this.#bucketSpan = index.prepare(
      "SELECT (SELECT min(bucket) FROM dedupe) AS oldest, (SELECT max(bucket) FROM dedupe) AS newest",
    );
    this.#readBuckets();
    this.#entry = log.prepare(
      "SELECT seq, kind, run, at_ms, fact FROM log WHERE seq <= ? ORDER BY seq DESC LIMIT 1",
    );
  }

  /** Places that the hash leads to; empty for nearly every event. Runs inside the writer's transaction. */
  candidates(hash: number, nowMs: number): number[] {
    const places: number[] = [];
    for (const generation of [this.#younger, this.#older]) {
      const found = generation.seqs.get(hash);
      if (found !== undefined) places.push(...(typeof found === "number" ? [found] : found));
    }
    const newest = Math.min(dedupeBucket(nowMs, this.#retentionMs) + 1, this.#buckets.newest);
    const oldest = Math.max(newest - BUCKETS_PER_RETENTION - 2, this.#buckets.oldest);
    for (let bucket = newest; bucket >= oldest; bucket--) {
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

  remember(hash: number, seq: number): void {
    const found = this.#younger.seqs.get(hash);
    if (found === undefined) this.#younger.seqs.set(hash, seq);
    else this.#younger.seqs.set(hash, typeof found === "number" ? [found, seq] : [...found, seq]);
    this.#younger.upTo = seq;
  }

  /** Takes back what a failed commit remembered: everything at `from` or later. */
  forget(hashes: Iterable<number>, from: number): void {
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
    this.#readBuckets();
    if (this.#older.seqs.size > 0 && this.#older.upTo > upTo) return;
    if (this.#younger.seqs.size < GENERATION_KEYS) {
      if (this.#older.seqs.size > 0) this.#older = { seqs: new Map(), upTo: 0 };
      return;
    }
    this.#older = this.#younger;
    this.#younger = { seqs: new Map(), upTo: 0 };
  }

  #readBuckets(): void {
    const span = this.#bucketSpan.get();
    this.#buckets = { oldest: span?.oldest ?? 0, newest: span?.newest ?? -1 };
  }

  #confirm(seq: number, source: string, key: string, nowMs: number): Original | null {
    const row = this.#entry.get(seq);
    if (row === null || row.kind !== KIND.request || row.at_ms < nowMs - this.#retentionMs)
      return null;
    const entry = JSON.parse(row.fact) as RequestEntry;
    const event = entry.events[seq - row.seq];
    if (event === undefined || entry.source !== source || event.dedupeKey !== key) return null;
    return { seq, run: row.run };
  }
}

import type { RequestEntry } from "./entries.ts";
import { KIND } from "./entries.ts";
import type { Fact, Intake } from "./facts.ts";

/**
 * Many entries on their way to the log's thread, in few pieces: structured clones of many small objects
 * cost more than the inserts. Text is joined by line breaks, which JSON escapes; figures and bodies are
 * two buffers that are transferred, not copied.
 */
export interface Batch {
  readonly entries: number;
  /** One JSON line per entry. */
  readonly facts: string;
  /** One JSON line per entry; empty for entries that are no request. */
  readonly requests: string;
  /** Per entry: kind, at, width, body bytes or -1, count of hashes, the hashes. */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly bodies: Uint8Array<ArrayBuffer>;
}

/** `head`: the log's last place. Per entry: its seq; then per hash 0 for a new event, or the original's seq and run. */
export type BatchReply =
  | { readonly ok: true; readonly head: number; readonly numbers: Float64Array<ArrayBuffer> }
  | { readonly ok: false; readonly code: "disk_full" | "failing"; readonly detail: string };

/** One entry waiting to be packed. */
export interface Entry {
  readonly kind: number;
  readonly at: number;
  readonly width: number;
  readonly fact: string;
  readonly request: string;
  readonly body: Uint8Array | null;
  readonly hashes: readonly number[];
}

const NO_HASHES: readonly number[] = [];
const HASH_MASK = (1n << 53n) - 1n;

/** 53 bits of (source, key): exact in a number. Equal hashes are confirmed on the full key. */
export function dedupeHash(source: string, key: string): number {
  return Number(Bun.hash.wyhash(`${source}\u0000${key}`) & HASH_MASK);
}

export function intakeEntry(intake: Intake): Entry {
  const stored: RequestEntry = {
    source: intake.source,
    origin: intake.origin,
    settled: intake.settled,
    trace: intake.trace ?? null,
    events: intake.events,
  };
  return {
    kind: KIND.request,
    at: Math.round(intake.at),
    width: Math.max(intake.events.length, 1),
    fact: JSON.stringify(stored),
    request: JSON.stringify(intake.request),
    body: intake.body,
    hashes: intake.events.map((event) => dedupeHash(intake.source, event.dedupeKey)),
  };
}

export function factEntry(fact: Fact): Entry {
  const width = fact.kind === "replayed" ? Math.max(fact.events.length, 1) : 1;
  return {
    kind: KIND[fact.kind],
    at: Math.round(fact.at),
    width,
    fact: JSON.stringify(fact),
    request: "",
    body: null,
    hashes: NO_HASHES,
  };
}

export function packBatch(entries: readonly Entry[]): Batch {
  let figures = 0;
  let bytes = 0;
  for (const entry of entries) {
    figures += 5 + entry.hashes.length;
    bytes += entry.body?.byteLength ?? 0;
  }
  const numbers = new Float64Array(figures);
  const bodies = new Uint8Array(bytes);
  const facts: string[] = [];
  const requests: string[] = [];
  let figure = 0;
  let byte = 0;
  for (const entry of entries) {
    facts.push(entry.fact);
    requests.push(entry.request);
    numbers[figure++] = entry.kind;
    numbers[figure++] = entry.at;
    numbers[figure++] = entry.width;
    numbers[figure++] = entry.body === null ? -1 : entry.body.byteLength;
    numbers[figure++] = entry.hashes.length;
    for (const hash of entry.hashes) numbers[figure++] = hash;
    if (entry.body !== null) {
      bodies.set(entry.body, byte);
      byte += entry.body.byteLength;
    }
  }
  return {
    entries: entries.length,
    facts: facts.join("\n"),
    requests: requests.join("\n"),
    numbers,
    bodies,
  };
}

export function unpackBatch(batch: Batch): Entry[] {
  const facts = batch.facts.split("\n");
  const requests = batch.requests.split("\n");
  const { numbers, bodies } = batch;
  const entries: Entry[] = [];
  let figure = 0;
  let byte = 0;
  for (let index = 0; index < batch.entries; index++) {
    const bodyBytes = numbers[figure + 3] ?? -1;
    const hashCount = numbers[figure + 4] ?? 0;
    entries.push({
      kind: numbers[figure] ?? 0,
      at: numbers[figure + 1] ?? 0,
      width: numbers[figure + 2] ?? 1,
      fact: facts[index] ?? "",
      request: requests[index] ?? "",
      body: bodyBytes < 0 ? null : bodies.subarray(byte, byte + bodyBytes),
      hashes:
        hashCount === 0
          ? NO_HASHES
          : Array.from(numbers.subarray(figure + 5, figure + 5 + hashCount)),
    });
    figure += 5 + hashCount;
    byte += Math.max(bodyBytes, 0);
  }
  return entries;
}

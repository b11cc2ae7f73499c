import type { RequestEntry } from "./entries.ts";
import { KIND } from "./entries.ts";
import type { Fact, Intake } from "./facts.ts";

/**
 * Many entries on their way to the log's thread in one piece, which is transferred and not copied:
 * structured clones of many objects, or of their text, cost more than the inserts. Text is joined by line
 * breaks, which JSON escapes.
 */
export interface Batch {
  readonly entries: number;
  /** How many numbers, and how many bytes of facts and of requests, stand in `bytes`. */
  readonly figures: number;
  readonly factBytes: number;
  readonly requestBytes: number;
  /**
   * The numbers (per entry: kind, at, width, body bytes or -1, count of hashes, the hashes), the facts and
   * the requests (a JSON line each, empty for entries that are no request), then the bodies.
   */
  readonly bytes: Uint8Array<ArrayBuffer>;
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
    ...(intake.sweep === undefined ? undefined : { sweep: intake.sweep }),
    ...(intake.deliveries === undefined ? undefined : { deliveries: intake.deliveries }),
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
  return {
    kind: KIND[fact.kind],
    at: Math.round(fact.at),
    width: widthOf(fact),
    fact: JSON.stringify(fact),
    request: "",
    body: null,
    hashes: NO_HASHES,
  };
}

/** How many places a fact takes: one for each event or delivery that gets a new one, and at least its own. */
export function widthOf(fact: Fact): number {
  switch (fact.kind) {
    case "replayed":
      return Math.max(fact.events.length, 1);
    case "settled":
      return 1 + fact.emitted.length;
    case "resent":
      return Math.max(fact.deliveries.length, 1);
    default:
      return 1;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const FIGURE_BYTES = Float64Array.BYTES_PER_ELEMENT;

export function packBatch(entries: readonly Entry[]): Batch {
  let figures = 0;
  let bodyBytes = 0;
  for (const entry of entries) {
    figures += 5 + entry.hashes.length;
    bodyBytes += entry.body?.byteLength ?? 0;
  }
  const facts = encoder.encode(entries.map((entry) => entry.fact).join("\n"));
  const requests = encoder.encode(entries.map((entry) => entry.request).join("\n"));
  const textAt = figures * FIGURE_BYTES;
  const bodiesAt = textAt + facts.byteLength + requests.byteLength;
  const bytes = new Uint8Array(bodiesAt + bodyBytes);
  writeNumbers(new Float64Array(bytes.buffer, 0, figures), entries);
  bytes.set(facts, textAt);
  bytes.set(requests, textAt + facts.byteLength);
  let at = bodiesAt;
  for (const { body } of entries) {
    if (body === null) continue;
    bytes.set(body, at);
    at += body.byteLength;
  }
  const [factBytes, requestBytes] = [facts.byteLength, requests.byteLength];
  return { entries: entries.length, figures, factBytes, requestBytes, bytes };
}

function writeNumbers(numbers: Float64Array, entries: readonly Entry[]): void {
  let figure = 0;
  for (const { kind, at, width, body, hashes } of entries) {
    numbers[figure++] = kind;
    numbers[figure++] = at;
    numbers[figure++] = width;
    numbers[figure++] = body === null ? -1 : body.byteLength;
    numbers[figure++] = hashes.length;
    for (const hash of hashes) numbers[figure++] = hash;
  }
}

/** The entries of a batch; their bodies are views of its bytes. */
export function unpackBatch(batch: Batch): Entry[] {
  const { bytes, figures, factBytes, requestBytes } = batch;
  const numbers = new Float64Array(bytes.buffer, 0, figures);
  const textAt = figures * FIGURE_BYTES;
  const requestsAt = textAt + factBytes;
  let at = requestsAt + requestBytes;
  const facts = decoder.decode(bytes.subarray(textAt, requestsAt)).split("\n");
  const requests = decoder.decode(bytes.subarray(requestsAt, at)).split("\n");
  const entries: Entry[] = [];
  let figure = 0;
  for (let index = 0; index < batch.entries; index++) {
    const bodyBytes = numbers[figure + 3] ?? -1;
    const hashCount = numbers[figure + 4] ?? 0;
    const hashesAt = figure + 5;
    entries.push({
      kind: numbers[figure] ?? 0,
      at: numbers[figure + 1] ?? 0,
      width: numbers[figure + 2] ?? 1,
      fact: facts[index] ?? "",
      request: requests[index] ?? "",
      body: bodyBytes < 0 ? null : bytes.subarray(at, at + bodyBytes),
      hashes:
        hashCount === 0 ? NO_HASHES : Array.from(numbers.subarray(hashesAt, hashesAt + hashCount)),
    });
    figure = hashesAt + hashCount;
    at += Math.max(bodyBytes, 0);
  }
  return entries;
}

import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { err, ok } from "../base/result.ts";
import { ABORTED, type Body, OVERLOADED, TOO_SLOW, tooLarge } from "./body-fault.ts";
import type { Lease } from "./lease.ts";

/** What is known of a body that arrives in parts, and what it is bound to. */
export interface Arriving {
  readonly declared: number | null;
  readonly bytesMax: number;
  /** What its lease is asked for once it is more than small. */
  readonly roomBytes: number;
  readonly clock: Clock;
  readonly lease: Lease;
}

const PACE_MS = 1_000;

/**
 * A body that is large or of unknown length, counted while it arrives: one byte too many ends it. While
 * others wait for the room that it holds, it has to keep a pace: who declares much and sends nothing
 * would keep them out otherwise.
 */
export function readChunks(stream: ReadableStream<Uint8Array>, arriving: Arriving): Promise<Body> {
  const { clock, lease } = arriving;
  const reader = stream.getReader();
  const gathered = new Gathered(arriving.declared);
  return new Promise((resolve) => {
    const end = (body: Body): void => {
      cancel();
      cancelPace();
      resolve(body);
      // What is left is of no interest, and neither is whether the sender is told.
      if (!body.ok) reader.cancel().catch(() => {});
    };
    const cancel = clock.after(LIMITS.BODY_MS_MAX, () => end(err(TOO_SLOW)));
    let before = 0;
    const pace = (): void => {
      const slow = gathered.bytes - before < (LIMITS.BODY_PACE_BYTES * PACE_MS) / 1000;
      before = gathered.bytes;
      if (slow && lease.wanted) end(err(OVERLOADED));
      else cancelPace = clock.after(PACE_MS, pace);
    };
    let cancelPace = clock.after(PACE_MS, pace);
    collect(reader, gathered, arriving).then(end, () => end(err(ABORTED)));
  });
}

interface ChunkReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
}

async function collect(
  reader: ChunkReader,
  gathered: Gathered,
  { declared, bytesMax, roomBytes, lease }: Arriving,
): Promise<Body> {
  while (true) {
    const { done, value } = await reader.read();
    if (done || value === undefined) {
      const body = gathered.whole();
      return body === null ? err(ABORTED) : ok(body);
    }
    const bytes = gathered.bytes + value.byteLength;
    if (bytes > (declared ?? bytesMax)) return tooLarge(bytesMax);
    if (bytes > LIMITS.BODY_BYTES_SMALL && !lease.isLarge) {
      const fault = await lease.enlarge(roomBytes);
      if (fault !== null) return err(fault);
    }
    gathered.add(value);
  }
}

/** Parts that become one: in place where the length is known, so that a large body is in memory once. */
class Gathered {
  bytes = 0;
  readonly #into: Uint8Array | null;
  readonly #chunks: Uint8Array[] = [];

  constructor(declared: number | null) {
    this.#into = declared === null ? null : new Uint8Array(declared);
  }

  add(chunk: Uint8Array): void {
    if (this.#into === null) this.#chunks.push(chunk);
    else this.#into.set(chunk, this.bytes);
    this.bytes += chunk.byteLength;
  }

  /** `null`: it ended before the length that was declared. */
  whole(): Uint8Array | null {
    if (this.#into !== null) return this.bytes === this.#into.byteLength ? this.#into : null;
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks, this.bytes);
  }
}

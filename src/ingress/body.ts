import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { err, ok } from "../base/result.ts";
import { type Body, tooLarge } from "./body-fault.ts";
import { inflate } from "./inflate.ts";

/**
 * The exact bytes of a body, inflated if need be, never more than `bytesMax` of them in memory.
 * A small body has mostly arrived with its headers: it is answered at once, without a promise.
 */
export function readBody(request: Request, bytesMax: number, clock: Clock): Body | Promise<Body> {
  const encoding = request.headers.get("content-encoding");
  const raw = readRaw(request, bytesMax, clock);
  return encoding === null ? raw : decoded(raw, encoding, bytesMax);
}

async function decoded(
  raw: Body | Promise<Body>,
  encoding: string,
  bytesMax: number,
): Promise<Body> {
  const body = await raw;
  return body.ok ? inflate(body.value, encoding.trim().toLowerCase(), bytesMax) : body;
}

function readRaw(request: Request, bytesMax: number, clock: Clock): Body | Promise<Body> {
  const declared = request.headers.get("content-length");
  if (declared === null)
    return request.body === null ? EMPTY : readChunks(request.body, bytesMax, clock);
  if (Number(declared) > bytesMax) return tooLarge(bytesMax);
  const pending = request.arrayBuffer();
  // Of a rejected promise this is the reason: only bytes are bytes.
  const arrived: unknown = Bun.peek(pending);
  if (arrived instanceof ArrayBuffer) return whole(arrived, bytesMax);
  return withDeadline(pending, bytesMax, clock);
}

const EMPTY: Body = ok(new Uint8Array(0));

function whole(buffer: ArrayBuffer, bytesMax: number): Body {
  return buffer.byteLength > bytesMax ? tooLarge(bytesMax) : ok(new Uint8Array(buffer));
}

function withDeadline(
  pending: Promise<ArrayBuffer>,
  bytesMax: number,
  clock: Clock,
): Promise<Body> {
  return new Promise((resolve) => {
    const cancel = clock.after(LIMITS.BODY_MS_MAX, () => resolve(tooSlow()));
    pending.then(
      (buffer) => {
        cancel();
        resolve(whole(buffer, bytesMax));
      },
      () => {
        cancel();
        resolve(aborted());
      },
    );
  });
}

/** A body of unknown length, counted while it arrives: one byte too many ends it. */
function readChunks(
  stream: ReadableStream<Uint8Array>,
  bytesMax: number,
  clock: Clock,
): Promise<Body> {
  const reader = stream.getReader();
  return new Promise((resolve) => {
    const end = (body: Body): void => {
      cancel();
      resolve(body);
      // What is left is of no interest, and neither is whether the sender is told.
      if (!body.ok) reader.cancel().catch(() => {});
    };
    const cancel = clock.after(LIMITS.BODY_MS_MAX, () => end(tooSlow()));
    collect(reader, bytesMax).then(end, () => end(aborted()));
  });
}

interface ChunkReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
}

async function collect(reader: ChunkReader, bytesMax: number): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done || value === undefined)
      return ok(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
    bytes += value.byteLength;
    if (bytes > bytesMax) return tooLarge(bytesMax);
    chunks.push(value);
  }
}

const tooSlow = (): Body =>
  err({
    code: "body_timeout",
    detail: `The body took longer than ${LIMITS.BODY_MS_MAX / 1000} s.`,
  });

const aborted = (): Body => err({ code: "aborted", detail: "The body ended before its time." });

import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { LIMITS } from "../base/limits.ts";
import { err, ok } from "../base/result.ts";
import { type Body, tooLarge } from "./body-fault.ts";
import type { Lease } from "./lease.ts";

type Inflater = ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress>;

/**
 * Undoes one `Content-Encoding`. The limit counts what comes out, while it comes out: a bomb is
 * dropped at the first chunk beyond it. The work is done off the main thread, and rests while what
 * came out waits for its lease to be enlarged.
 */
export function inflate(
  bytes: Uint8Array,
  encoding: string,
  bytesMax: number,
  lease: Lease,
): Body | Promise<Body> {
  if (encoding === "" || encoding === "identity") return ok(bytes);
  const inflater = inflaterFor(encoding, bytes);
  if (inflater === null) {
    return err({
      code: "unsupported_media_type",
      detail: "The Content-Encoding is none of gzip, deflate, br, or there are several.",
    });
  }
  inflater.end(bytes);
  return drain(inflater, encoding, bytesMax, lease);
}

function inflaterFor(encoding: string, bytes: Uint8Array): Inflater | null {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "br") return createBrotliDecompress();
  if (encoding !== "deflate") return null;
  return hasZlibHeader(bytes) ? createInflate() : createInflateRaw();
}

/** "deflate" means zlib's format (RFC 9110, section 8.4.1.2); some senders leave its two bytes out. */
function hasZlibHeader([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

async function drain(
  inflater: Inflater,
  encoding: string,
  bytesMax: number,
  lease: Lease,
): Promise<Body> {
  const parts: AsyncIterator<Uint8Array> = inflater[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (true) {
      const part = await parts.next().catch(() => null);
      if (part === null) return broken(encoding);
      if (part.done === true) return ok(Buffer.concat(chunks, size));
      size += part.value.byteLength;
      if (size > bytesMax) return tooLarge(bytesMax);
      if (size > LIMITS.BODY_BYTES_SMALL && !lease.isLarge) {
        const fault = await lease.enlarge(bytesMax);
        if (fault !== null) return err(fault);
      }
      chunks.push(part.value);
    }
  } finally {
    inflater.destroy();
  }
}

const broken = (encoding: string): Body =>
  err({ code: "malformed_body", detail: `The body is no ${encoding}, or was cut short.` });

import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { err, ok } from "../base/result.ts";
import { type Body, tooLarge } from "./body-fault.ts";

type Inflater = ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress>;

/**
 * Undoes one `Content-Encoding`. The limit counts what comes out, while it comes out: a bomb is
 * dropped at the first chunk beyond it. The work is done off the main thread.
 */
export function inflate(
  bytes: Uint8Array,
  encoding: string,
  bytesMax: number,
): Body | Promise<Body> {
  if (encoding === "" || encoding === "identity") return ok(bytes);
  const inflater = inflaterFor(encoding, bytes);
  if (inflater === null) {
    return err({
      code: "unsupported_media_type",
      detail: "The Content-Encoding is none of gzip, deflate, br, or there are several.",
    });
  }
  return drain(inflater, bytes, encoding, bytesMax);
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

function drain(
  inflater: Inflater,
  bytes: Uint8Array,
  encoding: string,
  bytesMax: number,
): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const end = (body: Body): void => {
      resolve(body);
      inflater.destroy();
    };
    inflater.on("data", (chunk: Uint8Array) => {
      size += chunk.byteLength;
      if (size > bytesMax) end(tooLarge(bytesMax));
      else chunks.push(chunk);
    });
    inflater.on("end", () => end(ok(Buffer.concat(chunks, size))));
    inflater.on("error", () =>
      end(err({ code: "malformed_body", detail: `The body is no ${encoding}, or was cut short.` })),
    );
    inflater.end(bytes);
  });
}

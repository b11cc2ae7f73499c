import type { Framing } from "./head.ts";
import type { KeptBody } from "./kept-body.ts";

/** `done`: the body is whole. `longer`: there is more of it than is kept. `broken`: it does not hold its form. */
export type BodyStep = "more" | "done" | "longer" | "broken";

/** Takes a body as it comes and finds its end. */
export interface BodyReader {
  push(bytes: Uint8Array): BodyStep;
  /** The connection ended. */
  end(): BodyStep;
  /** Bytes came after the body's end: the connection cannot be used again. */
  readonly surplus: boolean;
}

export function bodyReader(framing: Framing, kept: KeptBody): BodyReader {
  switch (framing.kind) {
    case "none":
      return new LengthReader(0, kept);
    case "length":
      return new LengthReader(framing.bytes, kept);
    case "chunked":
      return new ChunkedReader(kept);
    case "until_end":
      return new UntilEndReader(kept);
  }
}

class LengthReader implements BodyReader {
  surplus = false;
  #left: number;
  readonly #kept: KeptBody;

  constructor(length: number, kept: KeptBody) {
    this.#left = length;
    this.#kept = kept;
  }

  push(bytes: Uint8Array): BodyStep {
    const own = bytes.subarray(0, this.#left);
    this.#left -= own.byteLength;
    this.surplus ||= own.byteLength < bytes.byteLength;
    if (!this.#kept.add(own)) return "longer";
    if (this.#left === 0) return "done";
    // What is missing is known not to fit: no need to wait for it.
    return this.#kept.full ? "longer" : "more";
  }

  end(): BodyStep {
    return this.#left === 0 ? "done" : "broken";
  }
}

class UntilEndReader implements BodyReader {
  readonly surplus = true;
  readonly #kept: KeptBody;

  constructor(kept: KeptBody) {
    this.#kept = kept;
  }

  push(bytes: Uint8Array): BodyStep {
    return this.#kept.add(bytes) ? "more" : "longer";
  }

  end(): BodyStep {
    return "done";
  }
}

/** A size with an extension, or one line of a trailer: longer ones serve nobody. */
const LINE_BYTES_MAX = 1_024;
const TRAILER_LINES_MAX = 64;
const LINE_FEED = 10;

/**
 * Chunks (RFC 9112, section 7.1). What comes next is one of: a size line, a chunk's bytes, the line end after
 * them, and after the chunk of size 0 the trailer's lines, which are read and dropped.
 */
class ChunkedReader implements BodyReader {
  surplus = false;
  readonly #kept: KeptBody;
  #next: "size" | "bytes" | "end of chunk" | "trailer" | "nothing" = "size";
  #left = 0;
  #line = "";
  #trailerLines = 0;

  constructor(kept: KeptBody) {
    this.#kept = kept;
  }

  push(bytes: Uint8Array): BodyStep {
    let rest = bytes;
    while (rest.byteLength > 0) {
      if (this.#next === "nothing") {
        this.surplus = true;
        return "done";
      }
      if (this.#next === "bytes") {
        const own = rest.subarray(0, this.#left);
        if (!this.#kept.add(own)) return "longer";
        this.#left -= own.byteLength;
        rest = rest.subarray(own.byteLength);
        if (this.#left === 0) this.#next = "end of chunk";
        continue;
      }
      const end = rest.indexOf(LINE_FEED);
      const part = end < 0 ? rest : rest.subarray(0, end + 1);
      if (this.#line.length + part.byteLength > LINE_BYTES_MAX) return "broken";
      this.#line += Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("latin1");
      rest = rest.subarray(part.byteLength);
      if (end >= 0 && !this.#take()) return "broken";
    }
    return this.#next === "nothing" ? "done" : "more";
  }

  end(): BodyStep {
    return this.#next === "nothing" ? "done" : "broken";
  }

  /** Takes one whole line; false when it is not what has to stand here. */
  #take(): boolean {
    const line = this.#line.endsWith("\r\n") ? this.#line.slice(0, -2) : null;
    this.#line = "";
    if (line === null || line.includes("\r")) return false;
    if (this.#next === "end of chunk") {
      this.#next = "size";
      return line === "";
    }
    if (this.#next === "trailer") {
      if (line === "") this.#next = "nothing";
      return ++this.#trailerLines <= TRAILER_LINES_MAX;
    }
    const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line)?.[1];
    if (size === undefined) return false;
    this.#left = Number.parseInt(size, 16);
    this.#next = this.#left === 0 ? "trailer" : "bytes";
    return true;
  }
}

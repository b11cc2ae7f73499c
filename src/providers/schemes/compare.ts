import { createHash, timingSafeEqual } from "node:crypto";

/** Two buffers per length in use, so that a comparison allocates nothing. Signatures are short; tokens are hashed first. */
const SCRATCH = new Map<number, readonly [Buffer, Buffer]>();
const SCRATCH_BYTES_MAX = 256;

/**
 * Whether two ASCII texts are equal, in time that does not depend on where they differ. Their length
 * is no secret: that of a signature is known to all.
 */
export function equalSignatures(expected: string, given: string): boolean {
  const { length } = expected;
  if (given.length !== length || length > SCRATCH_BYTES_MAX) return false;
  let pair = SCRATCH.get(length);
  if (pair === undefined) {
    pair = [Buffer.alloc(length), Buffer.alloc(length)];
    SCRATCH.set(length, pair);
  }
  pair[0].write(expected, "latin1");
  // Beyond latin1, characters would be cut to one byte and could look alike.
  if (!isLatin1(given)) return false;
  pair[1].write(given, "latin1");
  return timingSafeEqual(pair[0], pair[1]);
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

/** A token kept as its hash, so that comparing reveals not even its length. */
export class HashedToken {
  readonly #digest: Buffer;
  /** First 8 hex digits of the SHA-256 of the token. */
  readonly fingerprint: string;

  constructor(token: string, compared = token) {
    this.#digest = sha256(compared);
    this.fingerprint = fingerprintOf(token);
  }

  matches(given: string): boolean {
    return timingSafeEqual(this.#digest, sha256(given));
  }
}

/** Names a secret without telling it. */
export const fingerprintOf = (secret: string): string => sha256(secret).toString("hex").slice(0, 8);

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

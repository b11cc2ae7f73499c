import { customRandom } from "nanoid";

/** Chance as an argument: seedable, so that a simulated life replays exactly. */
export interface Random {
  /** Uniform in [0, 1). */
  unit(): number;
  /** Uniform whole number in [0, below). */
  below(below: number): number;
  /** `length` characters of `alphabet` (default `[0-9a-z]`), for ids and keys. */
  text(length: number, alphabet?: string): string;
}

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Cryptographically strong: for production. */
export const systemRandom: Random = {
  unit: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
  below: (below) => Math.floor(systemRandom.unit() * below),
  text: (length, alphabet = ALPHABET) =>
    customRandom(alphabet, length, (bytes) => crypto.getRandomValues(new Uint8Array(bytes)))(),
};

/** Mulberry32: 32 bits of state, good enough for schedules and faults, never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(unit() * limit);
  const text = (length: number, alphabet = ALPHABET): string =>
    Array.from({ length }, () => alphabet[below(alphabet.length)]).join("");
  return { unit, below, text };
}

/** Bits: 16 MiB. At 8 bits a key, three probes pass one absent key in 33. */
const BITS = 2 ** 27;
const KEYS_MAX = BITS / 8;

/**
 * A Bloom filter in front of the dedupe index: nearly every event is new, and for a new one it saves the
 * look-up. "No" is certain; "maybe" is looked up. Of fixed size: past its capacity it says "maybe" to all.
 */
export class KeyFilter {
  readonly #bits = new Uint32Array(BITS / 32);
  #keys = 0;
  /** Whether every key of the index is in it: until then it can exclude nothing. */
  complete = false;

  add(hash: number): void {
    this.#keys++;
    const low = hash >>> 0;
    const high = Math.floor(hash / 2 ** 21) >>> 0;
    this.#set(low);
    this.#set(high);
    this.#set(Math.imul(low, 0x9e3779b1) ^ high);
  }

  mayHave(hash: number): boolean {
    if (!this.complete || this.#keys > KEYS_MAX) return true;
    const low = hash >>> 0;
    const high = Math.floor(hash / 2 ** 21) >>> 0;
    return this.#has(low) && this.#has(high) && this.#has(Math.imul(low, 0x9e3779b1) ^ high);
  }

  get full(): boolean {
    return this.#keys > KEYS_MAX;
  }

  #set(probe: number): void {
    const bit = (probe >>> 0) % BITS;
    const word = bit >>> 5;
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (bit & 31));
  }

  #has(probe: number): boolean {
    const bit = (probe >>> 0) % BITS;
    return ((this.#bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }
}

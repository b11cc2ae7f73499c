/**
 * What is kept of a body, in one buffer that grows: a body that comes byte by byte costs its bytes, and not
 * an object for each.
 */
export class KeptBody {
  readonly #bytesMax: number;
  #buffer = new Uint8Array(0);
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get full(): boolean {
    return this.#length === this.#bytesMax;
  }

  /** Keeps what fits; false when not all of it did. */
  add(bytes: Uint8Array): boolean {
    const fitting = bytes.subarray(0, this.#bytesMax - this.#length);
    const needed = this.#length + fitting.byteLength;
    if (this.#buffer.byteLength === 0) {
      this.#buffer = fitting.slice();
    } else {
      if (needed > this.#buffer.byteLength) this.#grow(needed);
      this.#buffer.set(fitting, this.#length);
    }
    this.#length = needed;
    return fitting.byteLength === bytes.byteLength;
  }

  whole(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.min(Math.max(needed, this.#length * 2), this.#bytesMax));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

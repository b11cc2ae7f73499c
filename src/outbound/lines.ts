/** Requests under way to all endpoints together, and the bytes of their bodies. */
const LINES_MAX = 512;
const BYTES_MAX = 128 * 2 ** 20;

/**
 * What all endpoints share: sockets and memory. When either is used up, each endpoint may still have one request
 * under way, so that those which hang take nothing away from the others.
 */
export class Lines {
  readonly #linesMax: number;
  readonly #bytesMax: number;
  readonly #waiting = new Set<() => void>();
  #lines = 0;
  #bytes = 0;

  constructor(linesMax = LINES_MAX, bytesMax = BYTES_MAX) {
    this.#linesMax = linesMax;
    this.#bytesMax = bytesMax;
  }

  /** How many more of up to `wanted` somebody may begin who has `own` under way. */
  room(wanted: number, own: number): number {
    const free = this.#bytes < this.#bytesMax ? this.#linesMax - this.#lines : 0;
    return Math.min(wanted, Math.max(free, own === 0 ? 1 : 0));
  }

  take(): void {
    this.#lines++;
  }

  /** So many more bytes, or less, are under way. */
  carry(bytes: number): void {
    this.#bytes += bytes;
  }

  give(): void {
    this.#lines--;
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#waiting.delete(first);
    first();
  }

  /** `go` is called once when there may be room again. */
  wait(go: () => void): void {
    this.#waiting.add(go);
  }

  leave(go: () => void): void {
    this.#waiting.delete(go);
  }
}

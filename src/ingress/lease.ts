import { type BodyFault, OVERLOADED } from "./body-fault.ts";
import type { BodyRoom } from "./body-room.ts";

/**
 * Asked once, before a request holds more than a small body: why it need not be read; `null`: it is.
 */
export type Refused = () => BodyFault | null | Promise<BodyFault | null>;

/** What one request holds of the room for bodies, from its arrival to its answer. Ended on every path. */
export class Lease {
  readonly #room: BodyRoom;
  readonly #request: Pick<Request, "signal">;
  readonly #refused: Refused;
  #smallBytes = 0;
  #largeBytes = 0;
  #ended = false;

  constructor(room: BodyRoom, request: Pick<Request, "signal">, refused: Refused) {
    this.#room = room;
    this.#request = request;
    this.#refused = refused;
  }

  /** Whether there is room for a small body of at most this many bytes. Asked at most once. */
  small(bytes: number): boolean {
    if (!this.#room.takeSmall(bytes)) return false;
    this.#smallBytes += bytes;
    return true;
  }

  get isLarge(): boolean {
    return this.#largeBytes > 0;
  }

  /** Whether others wait for what this one holds. */
  get wanted(): boolean {
    return this.isLarge && this.#room.crowded;
  }

  /**
   * Leave to hold this many bytes more; `null`: granted. Whoever has it already is not asked again, so
   * that nobody waits for room while holding much of it.
   */
  async enlarge(bytes: number): Promise<BodyFault | null> {
    if (this.isLarge) return null;
    const refused = await this.#refused();
    if (refused !== null) return refused;
    const granted = await this.#room.takeLarge(bytes, this.#request.signal);
    if (!granted) return OVERLOADED;
    if (this.#ended) {
      this.#room.giveLarge(bytes);
      return OVERLOADED;
    }
    this.#largeBytes = bytes;
    return null;
  }

  /** Gives everything back; what is granted later, too. */
  end(): void {
    this.#ended = true;
    if (this.#smallBytes > 0) this.#room.giveSmall(this.#smallBytes);
    if (this.#largeBytes > 0) this.#room.giveLarge(this.#largeBytes);
    this.#smallBytes = 0;
    this.#largeBytes = 0;
  }
}

import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { invariant } from "../base/result.ts";

/** How many bytes the bodies under way may hold. */
export interface RoomBounds {
  readonly smallBytesMax: number;
  readonly largeBytesMax: number;
}

const BOUNDS: RoomBounds = {
  smallBytesMax: LIMITS.BODIES_SMALL_BYTES_MAX,
  largeBytesMax: LIMITS.BODIES_LARGE_BYTES_MAX,
};

interface Waiting {
  readonly bytes: number;
  end(granted: boolean): void;
}

/**
 * The bytes of all bodies that are being read, inflated, verified or committed. Small and large bodies
 * have a room each, so that a flood of large ones costs nobody a small one. A small one is let in or
 * not; a large one waits in a line, in order, before more of it is read: meanwhile it is the sender's
 * socket that holds it.
 */
export class BodyRoom {
  readonly #clock: Clock;
  readonly #bounds: RoomBounds;
  #smallBytes = 0;
  #largeBytes = 0;
  /** In order of arrival. */
  readonly #line = new Set<Waiting>();
  #turn: Promise<void> = Promise.resolve();

  constructor(clock: Clock, bounds: RoomBounds = BOUNDS) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Bytes that are held, and requests that wait. */
  get held(): { readonly small: number; readonly large: number; readonly waiting: number } {
    return { small: this.#smallBytes, large: this.#largeBytes, waiting: this.#line.size };
  }

  /** Whether somebody waits: who holds room must then make use of it. */
  get crowded(): boolean {
    return this.#line.size > 0;
  }

  takeSmall(bytes: number): boolean {
    if (this.#smallBytes + bytes > this.#bounds.smallBytesMax) return false;
    this.#smallBytes += bytes;
    return true;
  }

  giveSmall(bytes: number): void {
    this.#smallBytes -= bytes;
    invariant(this.#smallBytes >= 0, "room is given back once");
  }

  /**
   * Whether there is room, at once or within `LIMITS.BODY_WAIT_MS_MAX`; `false` as soon as the line is
   * full, the wait is over or the sender is gone. What is granted must be given back once.
   */
  takeLarge(bytes: number, gone: AbortSignal): boolean | Promise<boolean> {
    invariant(bytes <= this.#bounds.largeBytesMax, "one body fits into the room");
    if (this.#line.size === 0 && this.#fits(bytes)) {
      this.#largeBytes += bytes;
      return true;
    }
    if (this.#line.size >= LIMITS.BODIES_WAITING_MAX || gone.aborted) return false;
    return this.#wait(bytes, gone);
  }

  giveLarge(bytes: number): void {
    this.#largeBytes -= bytes;
    invariant(this.#largeBytes >= 0, "room is given back once");
    this.#advance();
  }

  /**
   * Resolves when it is one's turn for work that holds the loop for milliseconds: one a turn of the
   * loop, so that everything else is answered in between.
   */
  turn(): Promise<void> {
    this.#turn = this.#turn.then(() => new Promise((resolve) => this.#clock.soon(resolve)));
    return this.#turn;
  }

  #fits(bytes: number): boolean {
    return this.#largeBytes + bytes <= this.#bounds.largeBytesMax;
  }

  #wait(bytes: number, gone: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (granted: boolean): void => {
        if (!this.#line.delete(waiting)) return;
        cancel();
        gone.removeEventListener("abort", leave);
        resolve(granted);
      };
      const leave = (): void => {
        end(false);
        this.#advance();
      };
      const waiting: Waiting = { bytes, end };
      const cancel = this.#clock.after(LIMITS.BODY_WAIT_MS_MAX, leave);
      gone.addEventListener("abort", leave);
      this.#line.add(waiting);
    });
  }

  /** Strictly in order: a small one that overtook would keep a larger one waiting for ever. */
  #advance(): void {
    for (const waiting of this.#line) {
      if (!this.#fits(waiting.bytes)) return;
      this.#largeBytes += waiting.bytes;
      waiting.end(true);
    }
  }
}

import type { Clock } from "../../base/clock.ts";

const BUSY_MS = 50;
const IDLE_MS = 500;

/** Looks after the hosts every 50 ms while there is work for that, every 500 ms otherwise. */
export class Ticker {
  readonly #clock: Clock;
  /** Says whether there is work. */
  readonly #tick: () => boolean;
  #cancel: (() => void) | null = null;
  #busy = false;
  #stopped = false;

  constructor(clock: Clock, tick: () => boolean) {
    this.#clock = clock;
    this.#tick = tick;
  }

  /** Work has come: the next look is soon. */
  wake(): void {
    if (this.#busy || this.#stopped) return;
    this.#cancel?.();
    this.#busy = true;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #arm(): void {
    this.#cancel = this.#clock.after(this.#busy ? BUSY_MS : IDLE_MS, () => {
      this.#busy = this.#tick();
      if (!this.#stopped) this.#arm();
    });
  }
}

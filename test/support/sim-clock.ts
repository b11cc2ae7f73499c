import type { Clock, Millis } from "../../src/base/clock.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Turns that may pass without time moving before we call it a loop. */
const TURNS_MAX = 100_000;

/**
 * Time driven by hand. `settle()` lets promises and `soon` callbacks run until nothing moves;
 * `advance(ms)` fires what falls due on the way, in order of time and then of asking.
 */
export class SimClock implements Clock {
  #wall: Millis;
  #elapsed = 0;
  #order = 0;
  #timers: Timer[] = [];
  #soon: (() => void)[] = [];

  constructor(start: Millis = Date.UTC(2026, 0, 1)) {
    this.#wall = start;
  }

  now(): Millis {
    return this.#wall + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** Moves the wall clock alone, as an administrator or a time server does. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer: Timer = { at: this.#elapsed + Math.max(0, delayMs), order: this.#order++, fire };
    let place = this.#timers.length;
    while (place > 0 && (this.#timers[place - 1]?.at ?? 0) > timer.at) place--;
    this.#timers.splice(place, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  soon(fire: () => void): void {
    this.#soon.push(fire);
  }

  /** How long until the next timer; `null` when none is set. */
  nextIn(): number | null {
    const first = this.#timers[0];
    return first === undefined ? null : first.at - this.#elapsed;
  }

  /** Runs promises and `soon` callbacks until nothing moves any more; time stands still. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      await drainMicrotasks();
      if (this.#soon.length === 0) return;
      const batch = this.#soon;
      this.#soon = [];
      for (const fire of batch) fire();
    }
    throw new Error("the world does not come to rest");
  }

  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    await this.settle();
    for (
      let first = this.#timers[0];
      first !== undefined && first.at <= until;
      first = this.#timers[0]
    ) {
      this.#timers.shift();
      this.#elapsed = Math.max(this.#elapsed, first.at);
      first.fire();
      await this.settle();
    }
    this.#elapsed = until;
  }
}

/** Chains of promises in our code are far shorter than this. */
async function drainMicrotasks(): Promise<void> {
  for (let depth = 0; depth < 32; depth++) await Promise.resolve();
}

import type { Clock, Millis } from "../base/clock.ts";

interface Wake<T> {
  readonly at: Millis;
  readonly sleeper: T;
}

/** The wall clock may jump, timers do not: look at least this often. */
const LOOK_MS_MAX = 1_000;

/** Who wakes when: a binary heap by time with one timer for all. A sleeper may be named twice, or in vain. */
export class Wakes<T> {
  readonly #clock: Clock;
  readonly #wake: (sleeper: T) => void;
  readonly #heap: Wake<T>[] = [];
  #cancel: (() => void) | null = null;
  #timerAt = 0;

  constructor(clock: Clock, wake: (sleeper: T) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  add(at: Millis, sleeper: T): void {
    const heap = this.#heap;
    let place = heap.push({ at, sleeper }) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#time(parent) <= at) break;
      this.#swap(place, parent);
      place = parent;
    }
    if (place === 0) this.#arm();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#heap.length = 0;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined) return;
    const delayMs = Math.min(Math.max(first.at - this.#clock.now(), 0), LOOK_MS_MAX);
    const timerAt = this.#clock.monotonic() + delayMs;
    if (this.#cancel !== null && this.#timerAt <= timerAt) return;
    this.#cancel?.();
    this.#timerAt = timerAt;
    this.#cancel = this.#clock.after(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#cancel = null;
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.#pop();
      this.#wake(first.sleeper);
    }
    this.#arm();
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let place = 0; ; ) {
      const left = place * 2 + 1;
      const least = this.#time(left + 1) < this.#time(left) ? left + 1 : left;
      if (this.#time(least) >= last.at) return;
      this.#swap(place, least);
      place = least;
    }
  }

  #time(place: number): number {
    return this.#heap[place]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}

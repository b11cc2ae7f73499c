import { type Clock, type Millis, systemClock } from "../base/clock.ts";
import { parseDuration } from "../base/duration.ts";
import type { TestClock } from "../config/types/testing.ts";

/** When tests take place, unless they say otherwise. */
export const TEST_TIME: Millis = Date.UTC(2026, 0, 1);

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Turns that a handler may take to go on after something happened to it, before time moves. */
const TURNS = 8;

/** Wall time and timers stand still until they are advanced; turns of the loop are the real ones. */
export class HandClock implements Clock {
  readonly #start: Millis;
  #elapsed = 0;
  #timers: Timer[] = [];

  constructor(start: Millis = TEST_TIME) {
    this.#start = start;
  }

  now(): Millis {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer = { at: this.#elapsed + Math.max(0, delayMs), fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  soon(fire: () => void): void {
    systemClock.soon(fire);
  }

  /** Moves on by `ms`, and fires what falls due on the way, the earliest first. */
  move(ms: number): void {
    const until = this.#elapsed + ms;
    for (let next = this.#due(until); next !== undefined; next = this.#due(until)) {
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.fire();
    }
    this.#elapsed = Math.max(this.#elapsed, until);
  }

  #due(until: number): Timer | undefined {
    const due = this.#timers.filter(({ at }) => at <= until);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}

const clocks = new WeakMap<TestClock, HandClock>();

/** Time for `deliver` that passes when it is told to. `start`: default the first of January 2026, UTC. */
export function testClock(start: Date | string = new Date(TEST_TIME)): TestClock {
  const ms = new Date(start).getTime();
  if (Number.isNaN(ms))
    throw new TypeError(`testClock(${JSON.stringify(start)}): that is no time.`);
  const hand = new HandClock(ms);
  const clock: TestClock = {
    now: () => new Date(hand.now()),
    advance: async (by) => {
      const moved = typeof by === "number" ? by : parseDuration(by);
      if (moved === undefined || !(moved >= 0))
        throw new TypeError(`advance(${JSON.stringify(by)}): "30s", "15m", or a number of ms.`);
      await turns();
      hand.move(moved);
      await turns();
    },
  };
  clocks.set(clock, hand);
  return clock;
}

/** Of a clock that `testClock` made; one of its own for none. */
export function handOf(clock: TestClock | undefined): HandClock {
  if (clock === undefined) return new HandClock();
  const hand = clocks.get(clock);
  if (hand === undefined) throw new TypeError("`clock` must be one that testClock() made.");
  return hand;
}

/** Lets what is under way go on for a few turns of the loop. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++)
    await new Promise<void>((resolve) => systemClock.soon(resolve));
}

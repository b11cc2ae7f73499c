/** Milliseconds since the Unix epoch, UTC. */
export type Millis = number;

/**
 * Time as an argument: both the reading and the timers, so that a whole life of the process can be
 * driven by hand in a test. Nothing outside this folder reads the wall clock or sets a timer.
 */
export interface Clock {
  /** Wall time, for anything stored or shown. May jump either way. */
  now(): Millis;
  /** Milliseconds since an arbitrary start, never going back: for durations and time-outs only. */
  monotonic(): number;
  /** Runs `fire` once, `delayMs` from now by the monotonic reading; returns a canceller. Bounded by 2^31-1 ms. */
  after(delayMs: number, fire: () => void): () => void;
  /** Runs `fire` once the current turn of the event loop is done, after its I/O callbacks. */
  soon(fire: () => void): void;
}

/** setTimeout fires at once for a longer delay (a 32-bit count of milliseconds, about 24.8 days). */
const DELAY_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, fire) => {
    const timer = setTimeout(fire, Math.min(Math.max(delayMs, 0), DELAY_MS_MAX));
    return () => clearTimeout(timer);
  },
  soon: (fire) => {
    setImmediate(fire);
  },
};

/** Resolves after `delayMs` of this clock's time; at once when `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(delayMs, done);
    function done(): void {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    }
    if (signal?.aborted) done();
    else signal?.addEventListener("abort", done);
  });
}

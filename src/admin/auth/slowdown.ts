import type { Clock } from "../../base/clock.ts";

/** Wrong keys that a peer may send in a row; a person's slips fit in. */
export const FAILURES_BURST = 20;
/** How often one more is forgiven: what is left to guess with is 86,400 tries a day. */
export const FAILURE_FORGIVEN_MS = 1_000;
/** Peers remembered; beyond them the one that failed longest ago is forgotten. */
export const PEERS_MAX = 4_096;

interface Failures {
  count: number;
  at: number;
}

/** Counts failed logins by peer, as a leaking bucket, so that keys cannot be tried at full speed. */
export class Slowdown {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this peer has failed too often lately to be believed. */
  holds(peer: string): boolean {
    return this.#countOf(peer) >= FAILURES_BURST;
  }

  failed(peer: string): void {
    const count = Math.min(this.#countOf(peer) + 1, FAILURES_BURST);
    // Deleted first, so that the map stays in order of the last failure.
    this.#failures.delete(peer);
    this.#failures.set(peer, { count, at: this.#clock.monotonic() });
    if (this.#failures.size <= PEERS_MAX) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      return;
    }
  }

  #countOf(peer: string): number {
    const known = this.#failures.get(peer);
    if (known === undefined) return 0;
    return Math.max(0, known.count - (this.#clock.monotonic() - known.at) / FAILURE_FORGIVEN_MS);
  }
}

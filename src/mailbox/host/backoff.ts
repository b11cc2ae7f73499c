import type { Clock } from "../../base/clock.ts";

const DELAY_MS_MIN = 100;
const DELAY_MS_MAX = 10_000;

/**
 * When the next host may be started. A host that dies over a job is replaced at once, since its job will
 * not kill another shared one; one that cannot start, or dies with nothing to do, is not: that would spin.
 */
export class StartBackoff {
  /** By the monotonic reading. */
  notBefore = 0;
  /** Why the last one failed; `null` while they do start. */
  fault: string | null = null;
  readonly #clock: Clock;
  #failures = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get open(): boolean {
    return this.#clock.monotonic() >= this.notBefore;
  }

  failed(fault: string): void {
    const delay = Math.min(DELAY_MS_MIN * 2 ** this.#failures++, DELAY_MS_MAX);
    this.notBefore = this.#clock.monotonic() + delay;
    this.fault = fault;
  }

  /** A host has answered a job: whatever was wrong is not any more. */
  worked(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.notBefore = 0;
    this.fault = null;
  }
}

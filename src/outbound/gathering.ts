import type { Clock } from "../base/clock.ts";
import type { Alarm } from "./alarm.ts";
import type { Endpoint } from "./endpoint.ts";

/** When a batch goes: as soon as it is full, or when its first delivery has waited long enough. */
export class Gathering {
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  /** Since when the first one waits, by the monotonic clock. */
  #since: number | null = null;

  constructor(deps: { readonly clock: Clock; readonly alarm: Alarm }) {
    this.#clock = deps.clock;
    this.#alarm = deps.alarm;
  }

  isRipe({ settings: { batch } }: Endpoint, ready: number): boolean {
    if (ready === 0) return false;
    const now = this.#clock.monotonic();
    this.#since ??= now;
    const leftMs = this.#since + batch.waitMs - now;
    if (leftMs <= 0 || ready >= batch.items) return true;
    this.#alarm.within(leftMs);
    return false;
  }

  /** It went. */
  begin(): void {
    this.#since = null;
  }
}

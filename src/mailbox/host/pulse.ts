import type { Clock } from "../../base/clock.ts";
import { type Death, outOfMemory } from "./death.ts";
import type { HostProcess } from "./process.ts";

const PING_MS = 500;
/** Pings that came due while an earlier one was unanswered: 2 s without a turn of the host's loop. */
const MISSED_MAX = 4;
/** A handler that allocates in a loop gets hold of about 4 GiB/s: looking this often bounds what it takes. */
const MEMORY_MS = 100;
/** Above this part of its memory a host is replaced when convenient, before it must be. */
const REST_PART = 0.75;
/** A team's code may simply be large: hosts are not replaced for it more often than this. */
const REST_MS_MIN = 60_000;

/** A host whose single job is out of its time may be silent for this many ticks (250 ms). */
export const SILENT_TICKS_MAX = 5;
/** Jobs that timed out and still run in a host: their promises hold memory, and nobody wants them. */
export const ABANDONED_MAX = 16;

/** A host's signs of life: whether its loop turns, and how much memory it holds. */
export class Pulse {
  readonly #process: HostProcess;
  readonly #bytesMax: number;
  readonly #since: number;
  #ping = 0;
  #pong = 0;
  #missed = 0;
  #pingAt: number;
  #memoryAt: number;
  #reading = false;
  #rssBytes = 0;

  constructor(clock: Clock, process: HostProcess, bytesMax: number) {
    this.#process = process;
    this.#bytesMax = bytesMax;
    this.#since = clock.monotonic();
    this.#pingAt = this.#since + PING_MS;
    this.#memoryAt = this.#since;
  }

  /** The number to ping with now, or `null`; also reads the memory when that is due. */
  due(now: number): number | null {
    if (now >= this.#memoryAt) this.#readMemory(now);
    if (now < this.#pingAt) return null;
    if (this.#pong === this.#ping) return this.next(now);
    this.#missed++;
    this.#pingAt = now + PING_MS;
    return null;
  }

  next(now: number): number {
    this.#pingAt = now + PING_MS;
    return ++this.#ping;
  }

  heard(pong: number): void {
    this.#pong = pong;
    this.#missed = 0;
  }

  silent(): boolean {
    return this.#missed >= MISSED_MAX;
  }

  overMemory(): Death | null {
    return this.#rssBytes > this.#bytesMax ? outOfMemory(this.#rssBytes, this.#bytesMax) : null;
  }

  wantsRest(now: number): boolean {
    return this.#rssBytes > this.#bytesMax * REST_PART && now - this.#since > REST_MS_MIN;
  }

  #readMemory(now: number): void {
    this.#memoryAt = now + MEMORY_MS;
    if (this.#reading) return;
    this.#reading = true;
    void this.#process.rssBytes().then((bytes) => {
      this.#reading = false;
      this.#rssBytes = bytes ?? 0;
    });
  }
}

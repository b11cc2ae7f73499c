import type { Clock } from "../clock.ts";
import type { Connection } from "./connection.ts";

interface Idle {
  readonly connection: Connection;
  readonly until: number;
}

/** Many servers end an idle connection after five seconds: asking on it then is a race that the request loses. */
const IDLE_MS_MAX = 4_000;
/** What a server announces is when it closes, and bytes take time to travel. */
const MARGIN_MS = 1_000;
const IDLE_PER_PLACE_MAX = 64;
const IDLE_MAX = 512;

/** Open connections that wait for another request to the same place. Bounded in number and time. */
export class ConnectionPool {
  readonly #clock: Clock;
  readonly #idle = new Map<string, Idle[]>();
  #count = 0;
  #cancelSweep: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#count;
  }

  /** The connection used last, since it is the likeliest to be alive. */
  take(place: string): Connection | null {
    const own = this.#idle.get(place);
    const idle = own?.pop();
    if (idle === undefined) return null;
    this.#removed(place, own);
    idle.connection.whenClosed(() => {});
    if (idle.connection.ready && this.#clock.monotonic() < idle.until) return idle.connection;
    idle.connection.close();
    return this.take(place);
  }

  /** Keeps `connection` for at most `keepMs`, or closes it where there is no room or no use. */
  give(place: string, connection: Connection, keepMs: number): void {
    const lifeMs = Math.min(IDLE_MS_MAX, keepMs - MARGIN_MS);
    const own = this.#idle.get(place) ?? [];
    const full = own.length >= IDLE_PER_PLACE_MAX || this.#count >= IDLE_MAX;
    if (lifeMs <= 0 || full || !connection.ready) return connection.close();
    own.push({ connection, until: this.#clock.monotonic() + lifeMs });
    this.#idle.set(place, own);
    this.#count++;
    connection.whenClosed(() => this.#forget(place, connection));
    this.#cancelSweep ??= this.#clock.after(IDLE_MS_MAX, () => this.#sweep());
  }

  close(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = null;
    for (const own of [...this.#idle.values()])
      for (const { connection } of [...own]) connection.close();
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    for (const own of [...this.#idle.values()])
      for (const { connection, until } of [...own]) if (now >= until) connection.close();
    this.#cancelSweep =
      this.#count === 0 ? null : this.#clock.after(IDLE_MS_MAX, () => this.#sweep());
  }

  #forget(place: string, connection: Connection): void {
    const own = this.#idle.get(place);
    const index = own?.findIndex((idle) => idle.connection === connection) ?? -1;
    if (index < 0) return;
    own?.splice(index, 1);
    this.#removed(place, own);
  }

  #removed(place: string, own: readonly Idle[] | undefined): void {
    this.#count--;
    if (own?.length === 0) this.#idle.delete(place);
  }
}

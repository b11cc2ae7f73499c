import type { Clock } from "../base/clock.ts";
import type { Actor } from "./actor.ts";
import { Wakes } from "./wakes.ts";

/** After this long without work an actor leaves memory. */
const REST_MS_MAX = 60_000;
const SWEEP_MS = 10_000;

/**
 * The actors that have nothing to do now, the longest resting first: they leave when room is needed, or
 * after a minute. Sleepers that stay are woken in time; one that would sleep longer than that is left to
 * the journal, which knows its time as well.
 */
export class Resting {
  readonly #clock: Clock;
  readonly #evict: (actor: Actor) => void;
  readonly #actors = new Set<Actor>();
  readonly #wakes: Wakes<Actor>;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, evict: (actor: Actor) => void) {
    this.#clock = clock;
    this.#evict = evict;
    this.#wakes = new Wakes(clock, (actor) => {
      if (actor.state === "sleeping") actor.poke();
    });
  }

  get size(): number {
    return this.#actors.size;
  }

  add(actor: Actor): void {
    this.#actors.delete(actor);
    this.#actors.add(actor);
    const wakeAt = actor.state === "sleeping" ? actor.mailbox.wakeAt() : null;
    if (wakeAt !== null && wakeAt - this.#clock.now() <= REST_MS_MAX)
      this.#wakes.add(wakeAt, actor);
    this.#sweepLater();
  }

  remove(actor: Actor): void {
    this.#actors.delete(actor);
  }

  /** The one that has rested longest. */
  oldest(): Actor | undefined {
    for (const actor of this.#actors) return actor;
    return undefined;
  }

  stop(): void {
    this.#cancel?.();
    this.#wakes.stop();
  }

  #sweepLater(): void {
    this.#cancel ??= this.#clock.after(SWEEP_MS, () => {
      this.#cancel = null;
      this.#sweep();
      if (this.#actors.size > 0) this.#sweepLater();
    });
  }

  #sweep(): void {
    const before = this.#clock.now() - REST_MS_MAX;
    for (const actor of [...this.#actors]) {
      if (actor.since > before) return;
      this.#evict(actor);
    }
  }
}

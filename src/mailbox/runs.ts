import type { Clock } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { LoadedEvent, MailboxReads } from "../journal/journal.ts";
import type { Actor } from "./actor.ts";
import { Asking } from "./asking.ts";
import { BodyBudget, cost } from "./body-budget.ts";
import type { Item } from "./item.ts";

/** Events at a time between being read and being handled; more would only wait in front of the hosts. */
const RUNS_MAX = 2_048;
/** Started in one turn of the loop, so that an answer to a provider never waits for all of them. */
const STARTS_MAX = 256;
const LOADS = { batch: 512, flights: 4 };
/** Bytes of events held between being read and being handled. */
const BYTES_MAX = 64 * 2 ** 20;
/** How large the next event is expected to be, before any was seen. */
const EXPECTED_BYTES_FIRST = 2 ** 20;
const EXPECTED_DECAY = 0.9;

/**
 * The line of actors that have something to do, first come, first served, one event each. Gives out a
 * bounded number of places and of bytes; reads the events that are not in memory in batches.
 */
export class Runs {
  readonly #loads: Asking<{ event: Seq; position: Seq }, LoadedEvent>;
  readonly #fresh: BodyBudget;
  readonly #bytes = new BodyBudget(BYTES_MAX);
  readonly #places = new Map<Actor, LoadedEvent | null>();
  #line: Actor[] = [];
  #head = 0;
  #loading = 0;
  #expectedBytes = EXPECTED_BYTES_FIRST;

  constructor(
    deps: { clock: Clock; log: Log; reads: Pick<MailboxReads, "load"> },
    fresh: BodyBudget,
  ) {
    this.#fresh = fresh;
    this.#loads = new Asking(deps, LOADS, (asks) => deps.reads.load(asks));
  }

  /** Actors in line. */
  get waiting(): number {
    return this.#line.length - this.#head;
  }

  /** Events between being read and being handled. */
  get running(): number {
    return this.#places.size;
  }

  join(actor: Actor): void {
    this.#line.push(actor);
  }

  /** It is not being loaded or handled any more. */
  left(actor: Actor): void {
    const event = this.#places.get(actor);
    if (event === undefined) return;
    this.#places.delete(actor);
    if (event !== null) this.#bytes.release(event);
    else this.#loading--;
  }

  /** Starts what there is place for; `true` when there is more to start at once. */
  turn(): boolean {
    let started = 0;
    while (this.waiting > 0 && this.#hasPlace()) {
      if (started++ >= STARTS_MAX) break;
      const actor = this.#shift();
      const item = actor?.take() ?? null;
      if (actor !== undefined && item !== null) this.#start(actor, item);
    }
    this.#loads.turn();
    return this.waiting > 0 && this.#hasPlace();
  }

  #hasPlace(): boolean {
    if (this.#places.size >= RUNS_MAX || this.#bytes.full) return false;
    return this.#loading === 0 || this.#loading * this.#expectedBytes < BYTES_MAX;
  }

  #start(actor: Actor, item: Item): void {
    const { loaded } = item;
    if (loaded !== null) {
      item.loaded = null;
      this.#fresh.release(loaded);
      this.#hold(actor, loaded);
      return;
    }
    this.#places.set(actor, null);
    this.#loading++;
    this.#loads.add(
      { event: item.event, position: item.position },
      (event) => this.#loaded(actor, item, event),
      (error) => {
        if (actor.item === item) actor.crash(error);
      },
    );
  }

  #loaded(actor: Actor, item: Item, event: LoadedEvent): void {
    this.#expectedBytes = Math.max(this.#expectedBytes * EXPECTED_DECAY, cost(event));
    if (actor.item !== item || this.#places.get(actor) !== null) return;
    this.#loading--;
    this.#hold(actor, event);
  }

  #hold(actor: Actor, event: LoadedEvent): void {
    this.#places.set(actor, event);
    this.#bytes.force(event);
    actor.handle(event);
  }

  #shift(): Actor | undefined {
    const actor = this.#line[this.#head++];
    if (this.#head >= 1_024 && this.#head * 2 >= this.#line.length) {
      this.#line = this.#line.slice(this.#head);
      this.#head = 0;
    }
    return actor;
  }
}

import { LIMITS } from "../base/limits.ts";
import type { ConnectionRef } from "../journal/facts.ts";
import type { MailboxReads, Posted, Unit, WorkItem } from "../journal/journal.ts";
import { Actor } from "./actor.ts";
import { type ActorState, isResting } from "./actor-state.ts";
import { Departed } from "./departed.ts";
import { Due } from "./due.ts";
import type { Item } from "./item.ts";
import type { Recorder } from "./recorder.ts";
import { Scan } from "./scan.ts";
import { unitName } from "./unit-name.ts";
import { Workshop, type WorkshopDeps } from "./workshop.ts";

export interface RosterDeps extends WorkshopDeps {
  readonly reads: MailboxReads;
}

export interface RosterBounds {
  /** In memory at a time. */
  readonly actors: number;
  /** Events in a row before an actor makes room for others that wait outside. */
  readonly shareEvents: number;
}

const BOUNDS: RosterBounds = { actors: LIMITS.ACTORS_MAX, shareEvents: 64 };

/** Figures for those who watch. */
export interface RosterFigures {
  /** Actors in memory, and of those the resting ones. */
  readonly actors: number;
  readonly resting: number;
  /** Actors in line for a place. */
  readonly queued: number;
  /** Events between being read and being handled. */
  readonly running: number;
  /** Outcomes that the journal has refused for now. */
  readonly held: number;
}

/**
 * All actors in memory, a bounded number; everybody else waits in the journal. Decides who comes
 * in (posted, ready, due) and who leaves (resting, yielding, crashed).
 */
export class Roster {
  readonly recorder: Recorder;
  readonly #deps: RosterDeps;
  readonly #bounds: RosterBounds;
  readonly #actors = new Map<string, Actor>();
  readonly #departed = new Departed();
  readonly #workshop: Workshop;
  readonly #scan: Scan;
  readonly #due: Due;
  #scheduled = false;
  #stopped = false;

  constructor(deps: RosterDeps, bounds: RosterBounds = BOUNDS) {
    const { clock, log, reads } = deps;
    this.#deps = deps;
    this.#bounds = bounds;
    this.#workshop = new Workshop(deps, {
      mustYield: (actor) => actor.worked >= bounds.shareEvents && this.#scan.blocked,
      rested: (actor) => actor.leave(),
      left: (actor, from) => this.#left(actor, from),
      rebuild: (actor) => this.#rebuild(actor),
      schedule: () => this.#schedule(),
    });
    this.recorder = this.#workshop.recorder;
    const admit = (unit: Unit): boolean => this.#admit(unit);
    const departed = this.#departed;
    this.#scan = new Scan({ clock, log, reads, departed, room: () => this.#room(), admit });
    this.#due = new Due({ clock, log, reads, departed, admit });
  }

  get figures(): RosterFigures {
    const { resting, runs, recorder } = this.#workshop;
    return {
      actors: this.#actors.size,
      resting: resting.size,
      queued: runs.waiting,
      running: runs.running,
      held: recorder.held,
    };
  }

  /** The actor of a unit, if it is in memory. */
  find(name: string): Actor | undefined {
    return this.#actors.get(name);
  }

  /** Whether nobody else fits into memory now. */
  get full(): boolean {
    return !this.#room();
  }

  /** An operator settled this item: no list that is in hand may bring it again. */
  settled(name: string, item: Pick<WorkItem, "event" | "position">): void {
    this.#departed.add(item.position);
    this.#actors.get(name)?.mailbox.drop(item.event);
  }

  /** While `change` runs nothing of this unit is taken; what runs already goes on. */
  async withhold<T>(name: string, change: () => Promise<T>): Promise<T> {
    const { hands } = this.#workshop;
    hands.add(name);
    try {
      return await change();
    } finally {
      hands.delete(name);
      const actor = this.#actors.get(name);
      if (actor === undefined) this.#missed();
      else actor.poke();
    }
  }

  /** Begins with whatever the journal holds unsettled. */
  start(): void {
    this.#due.start();
    this.#schedule();
  }

  /** Takes nothing more; resolves when what runs is settled, or after `graceMs`. The journal keeps the rest. */
  stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#scan.stop();
    this.#due.stop();
    return this.#workshop.close(graceMs);
  }

  /** Sources came, went or changed. */
  reconfigured(): void {
    for (const actor of [...this.#actors.values()]) if (actor.state === "stopped") actor.poke();
    this.#missed();
  }

  /** What was journaled just now, of one commit within one turn of the loop. */
  post(posted: readonly Posted[]): void {
    if (this.#stopped) return;
    for (const { source, ref, seq: event, loaded } of posted) {
      const kept = loaded !== null && this.#workshop.fresh.admit(loaded) ? loaded : null;
      const untried = { counted: 0, attempts: 0, dueAt: null, waitingSince: null };
      this.#enqueue(source, ref, { position: event, event, ...untried, loaded: kept });
    }
    this.#schedule();
  }

  /** Work that was journaled under a position of its own. */
  postItem(source: string, ref: ConnectionRef | null, item: WorkItem): void {
    this.#enqueue(source, ref, { ...item, loaded: null });
    this.#schedule();
  }

  #enqueue(source: string, ref: ConnectionRef | null, item: Item): void {
    const name = unitName(ref, item.event);
    const known = this.#actors.get(name);
    if (known !== undefined) known.post(item);
    else if (this.#scan.blocked || !this.#makeRoom()) this.#skip(item);
    else if (ref === null) this.#enter(source, null, name).begin(item);
    else {
      const actor = this.#enter(source, ref, name);
      actor.read();
      actor.post(item);
    }
  }

  #skip(item: Item): void {
    this.#workshop.released(item);
    this.#missed();
  }

  #missed(): void {
    this.#scan.missed();
    this.#schedule();
  }

  /** Takes a unit that the journal names into memory. `false`: there is no room. */
  #admit(unit: Unit): boolean {
    const alone = unit.kind === "alone";
    const source = alone ? unit.source : unit.ref.source;
    if (this.#deps.source(source) === undefined) return true;
    const name = alone ? unitName(null, unit.item.event) : unitName(unit.ref, unit.readySeq);
    const known = this.#actors.get(name);
    if (known !== undefined) {
      if (known.state === "sleeping") known.poke();
      return true;
    }
    if (!this.#makeRoom()) return false;
    if (alone) this.#enter(source, null, name).begin({ ...unit.item, loaded: null });
    else this.#enter(source, unit.ref, name).read();
    this.#schedule();
    return true;
  }

  #enter(source: string, ref: ConnectionRef | null, name: string): Actor {
    const actor = new Actor(source, ref, name, this.#workshop);
    this.#actors.set(name, actor);
    return actor;
  }

  #fits(): boolean {
    return this.#actors.size < this.#bounds.actors && this.#workshop.hasRoom;
  }

  #room(): boolean {
    return this.#fits() || this.#workshop.resting.size > 0;
  }

  #makeRoom(): boolean {
    while (!this.#fits()) {
      const oldest = this.#workshop.resting.oldest();
      if (oldest === undefined) return false;
      oldest.leave();
    }
    return true;
  }

  /**
   * A resting actor misses nothing by leaving: what it waits for, the journal, an operator or a reload will
   * say. Of the others, one that leaves work behind must be found again.
   */
  #left(actor: Actor, from: ActorState): void {
    this.#actors.delete(actor.name);
    const { mailbox, lastTaken } = actor;
    if (actor.alone && lastTaken !== null) this.#departed.add(lastTaken);
    if (actor.alone) for (const { position } of mailbox.items) this.#departed.add(position);
    if (!isResting(from) && (mailbox.behind || mailbox.size > 0)) this.#missed();
  }

  #rebuild(actor: Actor): void {
    actor.leave();
    const { source, ref, name } = actor;
    if (ref === null || this.#stopped) this.#missed();
    else this.#enter(source, ref, name).read();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#deps.clock.soon(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    this.#scan.turn();
    if (this.#workshop.turn()) this.#schedule();
  }
}

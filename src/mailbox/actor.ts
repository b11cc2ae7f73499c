import type { Millis } from "../base/clock.ts";
import { type Seq, seq } from "../base/ids.ts";
import { invariant } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import type { ConnectionRef, ConnectionStatus } from "../journal/facts.ts";
import type { ConnectionView, LoadedEvent, Newest } from "../journal/journal.ts";
import { isOlder, newerOf } from "../journal/newest.ts";
import { type ActorState, isResting } from "./actor-state.ts";
import { Handling, type HandlingDeps, type HandlingOwner } from "./handling.ts";
import type { Item } from "./item.ts";
import { Mailbox, type MailboxPage } from "./mailbox.ts";
import type { Attempted, Run, Settled } from "./run.ts";

/** What an actor needs of the house around it. */
export interface ActorHost extends HandlingDeps {
  /** The source's settings as of now; `undefined` when it is not configured any more. */
  source(name: string): SourceSettings | undefined;
  /** An operator is changing something about this connection: nothing is taken until that is done. */
  withheld(actor: Actor): boolean;
  /** Others wait for a place in memory, and this actor has had its share. */
  mustYield(actor: Actor): boolean;
  /** Everything that follows outside from a change of state. */
  entered(actor: Actor, from: ActorState): void;
  crashed(actor: Actor, error: unknown): void;
  /** An item leaves a mailbox without having been taken. */
  released(item: Item): void;
}

/**
 * Works off one mailbox: take, load, handle, judge, settle, next. One thing at a time, and the next event
 * is taken only once the last one's outcome is on disk.
 *
 * Its states are described beside their names; `next` decides which of reading, queued, sleeping, idle,
 * stopped and gone follows.
 */
export class Actor implements HandlingOwner {
  readonly source: string;
  /** `null`: an event that stands alone; the actor leaves when it is settled. */
  readonly ref: ConnectionRef | null;
  /** Unique among the actors in memory. */
  readonly name: string;
  readonly mailbox: Mailbox;
  readonly #host: ActorHost;
  #state: ActorState = "idle";
  #since: Millis;
  #status: ConnectionStatus = "active";
  /** What an operator decided in this actor's life: newer than a view that was on its way then. */
  #decided: ConnectionStatus | null = null;
  #json: string | null = null;
  #newest: Newest = { occurredAt: null, sequence: null };
  #item: Item | null = null;
  #handling: Handling | null = null;
  /** The connection has been read once: what is missing now is positions. */
  isOpen = false;
  restarts: readonly Millis[] = [];
  lastTaken: Seq | null = null;
  /** How much of its state the house has counted; the house's own note. */
  countedChars = 0;
  /** Events settled since it came into memory. */
  worked = 0;

  constructor(source: string, ref: ConnectionRef | null, name: string, host: ActorHost) {
    this.source = source;
    this.ref = ref;
    this.name = name;
    this.#host = host;
    this.#since = host.clock.now();
    const order = (): "strict" | "relaxed" => host.source(source)?.order ?? "strict";
    this.mailbox = new Mailbox(order, (item) => host.released(item));
  }

  get state(): ActorState {
    return this.#state;
  }

  /** When it came into its state. */
  get since(): Millis {
    return this.#since;
  }

  /** What is being worked on. */
  get item(): Readonly<Item> | null {
    return this.#item;
  }

  get alone(): boolean {
    return this.ref === null;
  }

  get json(): string | null {
    return this.#json;
  }

  /** Asks for the connection, at first, and for the next page of positions. */
  read(): void {
    this.enter("reading");
  }

  /** An event that stands alone has nothing to be read. */
  begin(item: Item): void {
    this.isOpen = true;
    this.mailbox.hold(item);
    this.#guard(() => this.next());
  }

  opened(view: ConnectionView): void {
    if (this.#state !== "reading") return;
    this.isOpen = true;
    this.#json = view.state;
    this.#newest = view.newest;
    if (this.#decided === null) {
      this.#status = view.status;
      this.restarts = view.restarts;
    }
    this.landed(view);
  }

  landed(page: MailboxPage): void {
    if (this.#state !== "reading") return;
    this.#guard(() => {
      this.mailbox.land(page, this.#host.clock.now());
      this.next();
    });
  }

  post(item: Item): void {
    this.#guard(() => {
      this.mailbox.post(item);
      if (this.#state === "idle" || this.#state === "sleeping") this.next();
    });
  }

  /** Paused, halted or resumed, and journaled as such. What runs is finished. */
  changed(status: ConnectionStatus): void {
    this.#status = status;
    this.#decided = status;
    if (status === "active") this.restarts = [];
    this.poke();
  }

  /** Something that it may have waited for has changed. */
  poke(): void {
    if (isResting(this.#state)) this.#guard(() => this.next());
  }

  /** Decides what to do now. */
  next(): void {
    if (this.#mayNot()) this.enter("stopped");
    else if (this.#host.mustYield(this)) this.leave();
    else if (this.mailbox.runnable(this.#host.clock.now())) this.enter("queued");
    else if (this.mailbox.starved) this.read();
    else if (this.mailbox.wakeAt() !== null) this.enter("sleeping");
    else if (this.alone) this.leave();
    else this.enter("idle");
  }

  #mayNot(): boolean {
    const known = this.#host.source(this.source) !== undefined;
    return this.#status !== "active" || !known || this.#host.withheld(this);
  }

  /** Its turn has come: the item to be loaded and handled, or `null` when there is none after all. */
  take(): Item | null {
    if (this.#state !== "queued") return null;
    this.#item = this.#mayNot() ? null : this.mailbox.take(this.#host.clock.now());
    this.lastTaken = this.#item?.position ?? this.lastTaken;
    if (this.#item === null) this.next();
    else this.enter("loading");
    return this.#item;
  }

  handle(event: LoadedEvent): void {
    if (this.#state !== "loading") return;
    this.#guard(() => {
      const item = this.#taken();
      const settings = this.#host.source(this.source);
      if (settings === undefined || this.#mayNot()) return this.#putBack(item, seq(0));
      const stale = isOlder(event.fact, this.#newest);
      const unhandled = { attempt: item.attempts, startedAt: null, begunMs: 0 };
      const run: Run = { item, event, settings, stale, ...unhandled };
      this.#handling = new Handling(this.#host, this, run);
      this.#handling.start();
    });
  }

  committed(fact: Settled | Attempted, run: Run, at: Seq): void {
    this.#handling = null;
    if (fact.kind === "attempted") {
      const { position, event, counted } = run.item;
      const { attempt: attempts, nextAt: dueAt, at: waitingSince } = fact;
      const tried = { counted: counted + (fact.asked ? 0 : 1), attempts, dueAt, waitingSince };
      this.#putBack({ position, event, ...tried, loaded: null }, at);
      return;
    }
    this.#json = fact.state ?? this.#json;
    const applied = fact.outcome === "completed" && !fact.stale;
    if (applied) this.#newest = newerOf(this.#newest, run.event.fact);
    this.worked++;
    this.#item = null;
    this.next();
  }

  #putBack(item: Item, decided: Seq): void {
    this.#item = null;
    this.mailbox.putBack(item, this.#host.clock.now(), decided);
    this.next();
  }

  #taken(): Item {
    invariant(this.#item !== null, "an actor that works has taken something");
    return this.#item;
  }

  /** Out of memory. The journal knows everything that the actor knew. */
  leave(): void {
    this.enter("gone");
    this.mailbox.clear();
  }

  crash(error: unknown): void {
    if (this.#state === "crashed" || this.#state === "gone") return;
    this.enter("crashed");
    this.mailbox.clear();
    this.#host.crashed(this, error);
  }

  /** Of a crashed actor: calls back once no handler runs for it and nothing is being recorded. */
  whenQuiet(quiet: () => void): void {
    if (this.#handling === null) quiet();
    else this.#handling.abandon(quiet);
  }

  /** The one place where a broken promise of our own code is caught: it costs this actor, nobody else. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.crash(error);
    }
  }

  enter(state: ActorState): void {
    const from = this.#state;
    invariant(from !== "gone", "an actor that has left does nothing");
    this.#state = state;
    this.#since = this.#host.clock.now();
    this.#host.entered(this, from);
  }
}

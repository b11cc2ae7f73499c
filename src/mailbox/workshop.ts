import type { Clock } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { SourceSettings } from "../config/settings.ts";
import type { ConnectionRef } from "../journal/facts.ts";
import type { ConnectionView, Journal, MailboxReads } from "../journal/journal.ts";
import type { FanOut } from "../journal/sending.ts";
import type { Actor, ActorHost } from "./actor.ts";
import { type ActorState, isHandling, isResting, isWorking } from "./actor-state.ts";
import { Asking } from "./asking.ts";
import { BodyBudget } from "./body-budget.ts";
import { Crashes } from "./crashes.ts";
import type { Handlers } from "./handlers.ts";
import type { Item } from "./item.ts";
import type { MailboxPage } from "./mailbox.ts";
import { Recorder } from "./recorder.ts";
import { Resting } from "./resting.ts";
import { Runs } from "./runs.ts";

export interface WorkshopDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly journal: Pick<Journal, "record">;
  readonly reads: Pick<MailboxReads, "view" | "waiting" | "load">;
  readonly handlers: Handlers;
  /** Whom completed and emitted events are sent on to. */
  readonly fanOut: FanOut;
  /** The source's settings as of now; `undefined` when it is not configured. */
  source(name: string): SourceSettings | undefined;
}

/** What the roster decides: who is in memory. */
export interface Membership {
  /** Others wait for a place in memory, and this actor has had its share. */
  mustYield(actor: Actor): boolean;
  rested(actor: Actor): void;
  left(actor: Actor, from: ActorState): void;
  rebuild(actor: Actor): void;
  /** There is something to do at the end of this turn of the loop. */
  schedule(): void;
}

interface PageAsk {
  readonly ref: ConnectionRef;
  readonly after: Seq;
  readonly limit: number;
}

/** Posted events kept in memory until their turn, so that they need not be read back. */
const FRESH_BYTES_MAX = 8 * 2 ** 20;
/** Connections' states in memory, in characters of JSON; beyond them nobody is let in. */
const STATE_CHARS_MAX = 64 * 2 ** 20;
/** Positions read when a connection comes into memory. */
const VIEW_ITEMS = LIMITS.MAILBOX_POSITIONS_MAX / 2;
const VIEWS = { batch: 256, flights: 1 };
const PAGES = { batch: 1, flights: 64 };
const DEFAULT_BUDGET = { intensity: 5, periodMs: 60_000 };

/**
 * What actors work with, and what follows from their changes of state. Everything that is wanted within a
 * turn of the loop (connections, positions, events) is read and started together at its end.
 */
export class Workshop implements ActorHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly handlers: Handlers;
  readonly fanOut: FanOut;
  readonly recorder: Recorder;
  readonly resting: Resting;
  readonly runs: Runs;
  readonly fresh = new BodyBudget(FRESH_BYTES_MAX);
  /** Names of units that an operator is changing. */
  readonly hands = new Set<string>();
  readonly #deps: WorkshopDeps;
  readonly #members: Membership;
  readonly #views: Asking<ConnectionRef, ConnectionView>;
  readonly #pages: Asking<PageAsk, MailboxPage>;
  readonly #crashes: Crashes;
  #stateChars = 0;
  #working = 0;
  #closed = false;
  #whenStill: (() => void) | null = null;

  constructor(deps: WorkshopDeps, members: Membership) {
    const { clock, log, reads } = deps;
    this.#deps = deps;
    this.#members = members;
    this.clock = clock;
    this.random = deps.random;
    this.handlers = deps.handlers;
    this.fanOut = deps.fanOut;
    this.recorder = new Recorder(deps);
    this.resting = new Resting(clock, (actor) => members.rested(actor));
    this.runs = new Runs(deps, this.fresh);
    this.#views = new Asking(deps, VIEWS, (refs) => reads.view(refs, VIEW_ITEMS));
    this.#pages = new Asking(deps, PAGES, (asks) =>
      Promise.all(asks.map(({ ref, after, limit }) => reads.waiting(ref, after, limit))),
    );
    this.#crashes = new Crashes({
      clock,
      log,
      recorder: this.recorder,
      budget: (source) => deps.source(source)?.supervise ?? DEFAULT_BUDGET,
      rebuild: (actor) => members.rebuild(actor),
      dismiss: (actor) => actor.leave(),
    });
  }

  /** The connections' states in memory leave room for another one. */
  get hasRoom(): boolean {
    return this.#stateChars < STATE_CHARS_MAX;
  }

  source(name: string): SourceSettings | undefined {
    return this.#deps.source(name);
  }

  withheld(actor: Actor): boolean {
    return this.#closed || (this.hands.size > 0 && this.hands.has(actor.name));
  }

  mustYield(actor: Actor): boolean {
    return this.#members.mustYield(actor);
  }

  released(item: Item): void {
    if (item.loaded !== null) this.fresh.release(item.loaded);
    item.loaded = null;
  }

  crashed(actor: Actor, error: unknown): void {
    this.#crashes.crashed(actor, error);
  }

  entered(actor: Actor, from: ActorState): void {
    const { state } = actor;
    this.#count(actor, from);
    if (isHandling(from) && !isHandling(state)) this.runs.left(actor);
    if (isResting(from)) this.resting.remove(actor);
    if (state === "reading") this.#ask(actor);
    else if (state === "queued") this.runs.join(actor);
    else if (state === "gone") this.#members.left(actor, from);
    else if (isResting(state)) this.resting.add(actor);
    if (!isHandling(state) && state !== "settling") this.#members.schedule();
  }

  #count(actor: Actor, from: ActorState): void {
    const chars = actor.state === "gone" ? 0 : (actor.json?.length ?? 0);
    this.#stateChars += chars - actor.countedChars;
    actor.countedChars = chars;
    if (isWorking(actor.state) && !isWorking(from)) this.#working++;
    if (!isWorking(actor.state) && isWorking(from)) this.#working--;
    if (this.#working === 0) this.#whenStill?.();
  }

  #ask(actor: Actor): void {
    const ref = actor.ref;
    if (ref === null) return;
    const page = actor.mailbox.ask();
    const failed = (error: unknown): void => actor.crash(error);
    if (actor.isOpen) this.#pages.add({ ref, ...page }, (landed) => actor.landed(landed), failed);
    else this.#views.add(ref, (view) => actor.opened(view), failed);
  }

  /** Reads and starts what was wanted in this turn; `true` when there is more to start at once. */
  turn(): boolean {
    this.#views.turn();
    this.#pages.turn();
    return this.runs.turn();
  }

  /** Nothing more is taken; resolves when what runs is settled, or after `graceMs`. */
  close(graceMs: number): Promise<void> {
    this.#closed = true;
    this.resting.stop();
    return new Promise((resolve) => {
      if (this.#working === 0) return resolve();
      const cancel = this.clock.after(graceMs, resolve);
      this.#whenStill = () => {
        cancel();
        resolve();
      };
    });
  }
}

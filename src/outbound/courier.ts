import type { Clock } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Journal } from "../journal/journal.ts";
import type { OwedDelivery, OwedReads } from "../journal/sending.ts";
import type { Doing } from "./activity.ts";
import { Alarm } from "./alarm.ts";
import { type Carried, Carrier } from "./carrier.ts";
import type { Endpoint } from "./endpoint.ts";
import { Gate } from "./gate.ts";
import { Gathering } from "./gathering.ts";
import { judge, judgeUnconfirmed, type Verdict } from "./judge.ts";
import type { Lines } from "./lines.ts";
import { Loader } from "./loader.ts";
import { OncePerTurn } from "./once-per-turn.ts";
import type { Outcomes } from "./outcomes.ts";
import { Refill } from "./refill.ts";
import type { Sender } from "./sender.ts";
import { Shelf } from "./shelf.ts";
import { BODY_GONE, nextAt } from "./tried.ts";
import { Underway } from "./underway.ts";
import { Window } from "./window.ts";

export interface CourierDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly journal: Pick<Journal, "pressure">;
  readonly owed: OwedReads;
  readonly sender: Sender;
  readonly outcomes: Outcomes;
  readonly lines: Lines;
  /** The endpoint as it is now; `null` when there is nothing to do for it: removed, paused, disabled, locked, pull. */
  endpoint(): Endpoint | null;
  /** Its own code broke: it is to be stopped, and begun anew. */
  fell(reason: unknown): void;
}

/** After the grace: what the aborted requests need to come back. */
const ABORT_MS = 1_000;
/** Outcomes that may wait for the journal, in times of the endpoint's concurrency. */
const RECORDING_MAX = 8;
/** Deliveries in memory, in times of the same: fewer are refilled, and bodies read ahead. */
const READY_MIN = 8;
const AHEAD = 4;

/**
 * Brings one endpoint what it is owed. Everything it knows is a window on the journal (see `Window`), so that a
 * backlog of any length costs the same, and a crash or a restart costs nothing but tries that are repeated under the
 * same id.
 *
 * A delivery goes: owed in the journal → *ready* in the window → *taken*, when the gate lets it pass → loaded,
 * sent, judged → recorded → *departed*. What the journal does not take stays taken, until it does.
 *
 * The courier itself is never in a state that lasts: `#pump()` looks at what there is and begins what may begin.
 * It is called whenever something changed: something is owed, was read, came back, is due, or may pass again.
 */
export class Courier {
  readonly #deps: CourierDeps;
  readonly #window = new Window();
  readonly #alarm: Alarm;
  readonly #refill: Refill;
  readonly #gate: Gate;
  readonly #shelf: Shelf;
  readonly #carrier: Carrier;
  readonly #gathering: Gathering;
  readonly #abort = new AbortController();
  /** Once for all that come back in one turn: what they make room for is read together. */
  readonly #back: OncePerTurn;
  readonly #pumpAgain = (): void => this.#pump();
  /** Requests, from the reading of their bodies to the last byte of the answer. */
  #inFlight = 0;
  /** The same, and those whose outcomes are being recorded. */
  readonly #underway: Underway;
  #stopped = false;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
    const { clock, log, owed } = deps;
    this.#underway = new Underway(clock);
    this.#alarm = new Alarm(clock, () => this.#rang());
    const [alarm, filled] = [this.#alarm, this.#pumpAgain];
    this.#back = new OncePerTurn(clock, filled);
    this.#refill = new Refill({ clock, log, owed, window: this.#window, alarm, filled });
    this.#gate = new Gate({ ...deps, alarm });
    this.#shelf = new Shelf({ loader: new Loader({ owed, log }), lines: deps.lines });
    this.#carrier = new Carrier(deps);
    this.#gathering = new Gathering({ clock, alarm });
  }

  /** Something is owed that was not before; `anywhere` in the queue, or the endpoint is not what it was, or just now. */
  wake(where: "anywhere" | "at the end" = "anywhere"): void {
    this.#refill.wanted(where);
    this.#pump();
  }

  /** An operator says that it works again: nothing of what is known against it counts. */
  revive(): void {
    this.#gate.open();
    this.#shelf.clear();
    this.#window.clear();
    this.wake();
  }

  /** Settled from elsewhere. */
  drop(event: Seq): void {
    this.#shelf.forget(this.#window.drop(event));
    this.wake();
  }

  isSending(event: Seq): boolean {
    return this.#window.isTaken(event);
  }

  doing(): Doing {
    const ready = this.#window.ready.length;
    return {
      inFlight: this.#inFlight,
      ready,
      closed: this.#gate.closed(),
      dueAt: this.#refill.dueAt,
    };
  }

  /** Begins nothing more; what is under way has `graceMs`, and is then given back. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#alarm.stop();
    this.#shelf.clear();
    this.#deps.lines.leave(this.#pumpAgain);
    await this.#underway.over(graceMs);
    this.#abort.abort();
    await this.#underway.over(ABORT_MS);
  }

  #rang(): void {
    this.#refill.rang();
    this.#pump();
  }

  #pump(): void {
    const endpoint = this.#stopped ? null : this.#deps.endpoint();
    if (endpoint === null) return this.#shelf.clear();
    const { concurrency, batch, strategy } = endpoint.settings;
    const most = strategy === "batch" ? batch.items : concurrency * READY_MIN;
    this.#refill.fill(endpoint, most, most * 2);
    for (const late of this.#window.takeThose(Number.POSITIVE_INFINITY, isLate))
      this.#track(this.#expire(endpoint, late));
    for (let jobs = this.#next(endpoint); jobs.length > 0; jobs = this.#next(endpoint))
      this.#begin(endpoint, jobs);
    if (this.#gate.closed() !== null) this.#shelf.clear();
    else if (strategy === "push") this.#shelf.ahead(this.#window.ready, concurrency * AHEAD);
  }

  /** What may begin now: requests, each with its deliveries. */
  #next(endpoint: Endpoint): OwedDelivery[][] {
    const { concurrency, strategy, batch } = endpoint.settings;
    const ready = this.#window.ready.length;
    const most = Math.min(
      concurrency,
      concurrency * RECORDING_MAX - this.#underway.count + this.#inFlight,
    );
    const free = Math.min(most - this.#inFlight, ready);
    if (strategy === "batch") {
      if (free <= 0 || !this.#gathering.isRipe(endpoint, ready) || this.#pass(endpoint, 1) === 0)
        return [];
      const attempts = this.#window.ready[0]?.attempts;
      this.#gathering.begin();
      // Those of one number of tries share their fate, and so come together again.
      return [this.#window.takeThose(batch.items, (delivery) => delivery.attempts === attempts)];
    }
    const passed = this.#pass(endpoint, Math.min(free, this.#shelf.atOnce));
    return this.#window.take(passed).map((delivery) => [delivery]);
  }

  #pass(endpoint: Endpoint, wanted: number): number {
    return this.#gate.pass(endpoint, wanted, this.#inFlight, this.#pumpAgain);
  }

  #begin(endpoint: Endpoint, jobs: readonly OwedDelivery[][]): void {
    this.#inFlight += jobs.length;
    for (const _ of jobs) this.#deps.lines.take();
    this.#shelf.fetch(jobs.flat());
    for (const job of jobs) this.#track(this.#haul(endpoint, job));
  }

  #track(work: Promise<void>): void {
    this.#underway.track(work, this.#deps.fell, () => this.#back.call());
  }

  /** The story of one request: what it carries, what came of it, what follows. */
  async #haul(endpoint: Endpoint, job: readonly OwedDelivery[]): Promise<void> {
    const { clock, random, outcomes } = this.#deps;
    const carried = await this.#carry(endpoint, job);
    if (carried === null) return this.#giveBack(job);
    const { sent, whole, attempt, settled, unread } = carried;
    if (unread.length > 0) this.#forget(unread);
    this.#depart(endpoint, settled, BODY_GONE);
    if (sent === null) return;
    const deliveries = whole.map(({ delivery }) => delivery);
    if (!sent.reply.ok && sent.reply.error.code === "aborted") return this.#giveBack(deliveries);
    const verdict = judge(sent.reply, attempt, endpoint.settings, clock.now(), random);
    this.#gate.note(verdict);
    if (await outcomes.tried(endpoint, whole, sent, verdict))
      this.#depart(endpoint, deliveries, verdict);
  }

  /** Up to the answer: from then on the next may begin, while this one's outcome is recorded. `null`: it cannot be read now. */
  async #carry(endpoint: Endpoint, job: readonly OwedDelivery[]): Promise<Carried | null> {
    try {
      const loaded = await this.#shelf.take(job);
      if (loaded === null || this.#stopped) return null;
      return await this.#carrier.carry(endpoint, job, loaded, this.#abort.signal);
    } finally {
      this.#deps.lines.give();
      this.#inFlight--;
      this.#back.call();
    }
  }

  async #expire(endpoint: Endpoint, late: OwedDelivery): Promise<void> {
    const { clock, random, outcomes } = this.#deps;
    const verdict = judgeUnconfirmed(late.attempts, endpoint.settings, clock.now(), random);
    if (await outcomes.unconfirmed(endpoint, late, verdict))
      this.#depart(endpoint, [late], verdict);
  }

  #depart(endpoint: Endpoint, deliveries: readonly OwedDelivery[], verdict: Verdict): void {
    for (const delivery of deliveries) this.#window.depart(delivery);
    // The next of their connections may go now.
    if (endpoint.settings.order === "connection") this.#refill.wanted();
    const at = nextAt(verdict);
    if (at !== null) this.#refill.due(at);
  }

  /** It could not be done now: read again, and not at once. */
  #giveBack(deliveries: readonly OwedDelivery[]): void {
    this.#forget(deliveries);
    this.#refill.later();
  }

  #forget(deliveries: readonly OwedDelivery[]): void {
    for (const delivery of deliveries) this.#window.forget(delivery);
    this.#refill.wanted();
  }
}

const isLate = ({ confirming }: OwedDelivery): boolean => confirming;

import { type Clock, sleep } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Journal } from "../journal/journal.ts";
import type { OwedDelivery, OwedReads } from "../journal/sending.ts";
import type { Doing } from "./activity.ts";
import { Alarm } from "./alarm.ts";
import type { Endpoint } from "./endpoint.ts";
import { Gate } from "./gate.ts";
import { Gathering } from "./gathering.ts";
import { judge, judgeUnconfirmed, type Verdict } from "./judge.ts";
import type { Lines } from "./lines.ts";
import { Loader } from "./loader.ts";
import { OncePerTurn } from "./once-per-turn.ts";
import type { Outcomes } from "./outcomes.ts";
import { bytesOf, type Loaded, sorted } from "./parcel.ts";
import { Refill } from "./refill.ts";
import type { Sender } from "./sender.ts";
import { BODY_GONE, nextAt } from "./tried.ts";
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
  readonly #loader: Loader;
  readonly #gathering: Gathering;
  readonly #abort = new AbortController();
  /** Once for all that come back in one turn: what they make room for is read together. */
  readonly #back: OncePerTurn;
  readonly #pumpAgain = (): void => this.#pump();
  /** Requests, from the reading of their bodies to the recording of their outcomes. */
  #inFlight = 0;
  #stopped = false;
  #idle: (() => void) | null = null;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
    const { clock, log, owed } = deps;
    this.#alarm = new Alarm(clock, () => this.#rang());
    const alarm = this.#alarm;
    this.#back = new OncePerTurn(clock, this.#pumpAgain);
    const filled = this.#pumpAgain;
    this.#refill = new Refill({ clock, log, owed, window: this.#window, alarm, filled });
    this.#gate = new Gate({ ...deps, alarm });
    this.#loader = new Loader({ owed, log });
    this.#gathering = new Gathering({ clock, alarm });
  }

  /** Something is owed that was not before, or the endpoint is not what it was. */
  wake(): void {
    this.#refill.wanted();
    this.#pump();
  }

  /** An operator says that it works again: nothing of what is known against it counts. */
  revive(): void {
    this.#gate.open();
    this.#window.clear();
    this.wake();
  }

  /** Settled from elsewhere. */
  drop(event: Seq): void {
    this.#window.drop(event);
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
    this.#deps.lines.leave(this.#pumpAgain);
    if (this.#inFlight === 0) return;
    const over = new AbortController();
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    await Promise.race([idle, sleep(this.#deps.clock, graceMs, over.signal)]);
    this.#abort.abort();
    await Promise.race([idle, sleep(this.#deps.clock, ABORT_MS, over.signal)]);
    over.abort();
  }

  #rang(): void {
    this.#refill.rang();
    this.#pump();
  }

  #pump(): void {
    const endpoint = this.#stopped ? null : this.#deps.endpoint();
    if (endpoint === null) return;
    const { concurrency, batch, strategy } = endpoint.settings;
    const most = strategy === "batch" ? batch.items : concurrency;
    this.#refill.fill(endpoint, most, most * 2);
    for (const late of this.#window.take(Number.POSITIVE_INFINITY, isLate))
      this.#track(this.#expire(endpoint, late), 0);
    for (let jobs = this.#next(endpoint); jobs.length > 0; jobs = this.#next(endpoint))
      this.#begin(endpoint, jobs);
  }

  /** What may begin now: requests, each with its deliveries. */
  #next(endpoint: Endpoint): OwedDelivery[][] {
    const { concurrency, strategy, batch } = endpoint.settings;
    const ready = this.#window.ready.length;
    const free = Math.min(concurrency - this.#inFlight, ready);
    if (strategy === "batch") {
      if (free <= 0 || !this.#gathering.isRipe(endpoint, ready) || this.#pass(endpoint, 1) === 0)
        return [];
      const attempts = this.#window.ready[0]?.attempts;
      this.#gathering.begin();
      // Those of one number of tries share their fate, and so come together again.
      return [this.#window.take(batch.items, (delivery) => delivery.attempts === attempts)];
    }
    const passed = this.#pass(endpoint, Math.min(free, this.#loader.atOnce));
    return this.#window.take(passed).map((delivery) => [delivery]);
  }

  #pass(endpoint: Endpoint, wanted: number): number {
    return this.#gate.pass(endpoint, wanted, this.#inFlight, this.#pumpAgain);
  }

  #begin(endpoint: Endpoint, jobs: readonly OwedDelivery[][]): void {
    for (const _ of jobs) this.#deps.lines.take();
    const loading = this.#loader.load(jobs.flat());
    for (const job of jobs) this.#track(this.#haul(endpoint, job, loading), 1);
  }

  /** Counts it while it is under way. What it rejects with is a fault of ours. */
  #track(work: Promise<void>, requests: 0 | 1): void {
    this.#inFlight += requests;
    const back = (): void => {
      this.#inFlight -= requests;
      if (this.#inFlight === 0) this.#idle?.();
      this.#back.call();
    };
    work.then(back, (error: unknown) => {
      this.#deps.fell(error);
      back();
    });
  }

  /** The story of one request: what it carries, what came of it, what follows. */
  async #haul(
    endpoint: Endpoint,
    job: readonly OwedDelivery[],
    loading: Promise<readonly Loaded[] | null>,
  ): Promise<void> {
    const { clock, random, lines, sender, outcomes } = this.#deps;
    let bytes = 0;
    try {
      const loaded = await loading;
      if (loaded === null || this.#stopped) return this.#giveBack(job);
      const { whole, emptied, gone, unread } = sorted(job, loaded);
      if (unread.length > 0) this.#forget(unread);
      const unsendable = [...emptied, ...gone];
      if (unsendable.length > 0 && (await outcomes.unsendable(endpoint, emptied, gone)))
        this.#depart(endpoint, unsendable, BODY_GONE);
      const [first] = whole;
      if (first === undefined) return;
      bytes = bytesOf(whole);
      lines.carry(bytes);
      const attempt = first.delivery.attempts + 1;
      const events = whole.map(({ event }) => event);
      const sent = await sender.send(endpoint, events, attempt, this.#abort.signal);
      const deliveries = whole.map(({ delivery }) => delivery);
      if (!sent.reply.ok && sent.reply.error.code === "aborted") return this.#giveBack(deliveries);
      const verdict = judge(sent.reply, attempt, endpoint.settings, clock.now(), random);
      this.#gate.note(verdict);
      if (await outcomes.tried(endpoint, whole, sent, verdict))
        this.#depart(endpoint, deliveries, verdict);
    } finally {
      lines.give(bytes);
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

import type { EventId, Seq } from "../../src/base/ids.ts";
import { noLog } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import type { ConnectionRef, EventFact, Fact } from "../../src/journal/facts.ts";
import type { Desk } from "../../src/mailbox/desk.ts";
import type { ReplayRunner } from "../../src/mailbox/replays.ts";
import { Roster } from "../../src/mailbox/roster.ts";
import { openDesk } from "../support/mailbox-desk.ts";
import { bankSettings, eventFact, intakeOf } from "../support/mailbox-world.ts";
import { noEndpoints } from "../support/no-endpoints.ts";
import { SimClock } from "../support/sim-clock.ts";
import { Checks, Violation } from "./checks.ts";
import { SimHandlers } from "./handlers.ts";
import { Life } from "./life.ts";
import { calm, drawPlan, type Plan } from "./plan.ts";
import { posted } from "./posted.ts";
import type { Store } from "./store.ts";
import { wishesFor } from "./wishes.ts";

interface Process {
  readonly life: Life;
  readonly roster: Roster;
  readonly desk: Desk;
  readonly replays: ReplayRunner;
}

const DRAIN_ROUNDS_MAX = 400;
const DRAIN_STEP_MS = 30_000;

/** A whole life of mailboxes, or several: one thread, its own time, chance from a seed. */
export class SimWorld {
  readonly clock = new SimClock();
  readonly lines: string[] = [];
  readonly store: Store;
  readonly #random: Random;
  readonly #checks: Checks;
  #plan: Plan;
  #settings: SourceSettings;
  #configured = true;
  #process: Process;
  #deaths = 0;
  #keys = 0;
  readonly acknowledged = new Map<Seq, EventId>();
  failure: unknown = null;

  constructor(seed: number, open: (clock: SimClock) => Store) {
    const store = open(this.clock);
    this.store = store;
    this.#random = seededRandom(seed);
    this.#plan = drawPlan(this.#random);
    const { order, onStale, attempts } = this.#plan;
    const retry = { ...bankSettings().retry, attempts, jitter: "full" as const };
    this.#settings = bankSettings({ order, onStale, retry });
    const plan = (): Plan => this.#plan;
    this.#checks = new Checks({ clock: this.clock, store, plan });
    this.#process = this.#boot();
  }

  async live(actions: number): Promise<void> {
    for (let n = 0; n < actions; n++) {
      this.#act();
      await this.#pass(this.#random.below(2) === 0 ? 0 : this.#random.below(3_000));
    }
    await this.#drain();
  }

  async #pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    if (this.failure !== null) throw this.failure;
  }

  #act(): void {
    const plan = this.#plan;
    const random = this.#random;
    if (random.unit() < plan.operators * 0.5) this.#operate();
    else if (random.unit() < plan.replays * 0.3) this.#replay();
    else if (random.unit() < plan.reloads) this.#reload();
    else this.#receive();
  }

  #receive(): void {
    const facts = Array.from({ length: 1 + this.#random.below(4) }, () => this.#event());
    const { roster, life } = this.#process;
    const intake = intakeOf(facts, this.clock.now());
    life.append(intake).then(
      (appended) => {
        this.#note(`acknowledged ${appended.map(({ seq }) => seq).join(" ")}`);
        for (const { seq, id } of appended) this.acknowledged.set(seq, id);
        const fresh = [...facts.entries()].filter(
          ([index]) => appended[index]?.duplicate === false,
        );
        roster.post(fresh.map(([index, fact]) => posted(fact, appended[index])));
      },
      () => this.#note("refused"),
    );
  }

  #event(): EventFact {
    const random = this.#random;
    const key = random.unit() < this.#plan.alone ? null : this.#connection().key;
    const again = this.#keys > 0 && random.unit() < 0.1;
    const dedupeKey = `${again ? random.below(this.#keys) : this.#keys++}`;
    const occurredAt = random.unit() < 0.5 ? null : this.clock.now() - random.below(10_000);
    return eventFact(dedupeKey, key, { occurredAt });
  }

  #connection(): ConnectionRef {
    return { source: "bank", key: `c${this.#random.below(this.#plan.connections)}` };
  }

  #operate(): void {
    const { desk } = this.#process;
    const ref = this.#connection();
    const id = this.#anyEvent();
    const wishes = wishesFor(desk, ref, id, "key_1");
    const [name, wish] = wishes[this.#random.below(wishes.length)] ?? ["nothing", async () => null];
    this.#note(`${name} ${ref.key} ${id}`);
    this.#settledEither(name, wish());
  }

  #replay(): void {
    const { desk } = this.#process;
    const status = (["failed", "completed", "skipped"] as const)[this.#random.below(3)];
    const filter = status === undefined ? {} : { status };
    const rate = this.#random.below(2) === 0 ? null : 5;
    this.#note(`replay job ${status}`);
    this.#settledEither("replay job", desk.createJob(filter, { rate, by: "key_1" }));
  }

  #settledEither(name: string, wish: Promise<unknown>): void {
    wish.then(
      (result) => this.#note(`${name}: ${JSON.stringify(result)}`),
      (error: unknown) => this.#note(`${name}: ${String(error)}`),
    );
  }

  #anyEvent(): EventId | undefined {
    const ids = [...this.acknowledged.values()];
    return ids[this.#random.below(ids.length)];
  }

  #reload(): void {
    this.#configured = !this.#configured;
    this.#note(this.#configured ? "the source is configured" : "the source is removed");
    this.#process.roster.reconfigured();
  }

  #boot(): Process {
    const { clock, store } = this;
    const random = this.#random;
    const plan = (): Plan => this.#plan;
    const life = new Life({
      clock,
      random,
      store,
      plan,
      committing: (fact) => this.#committing(fact),
      died: () => this.#died(),
    });
    const handlers = new SimHandlers({
      clock,
      random,
      checks: this.#checks,
      plan,
      alive: () => life.alive,
      failed: (error) => this.#failed(error),
      log: (line) => this.#note(line),
    });
    const source = (): SourceSettings | undefined =>
      this.#configured ? this.#settings : undefined;
    const { reads } = life;
    const fanOut = noEndpoints;
    const deps = { clock, random, log: noLog, journal: life, reads, handlers, fanOut, source };
    const { actors, shareEvents } = this.#plan;
    const roster = new Roster(deps, { actors, shareEvents });
    const { desk, replays } = openDesk({ clock, journal: life, reads, roster, source });
    roster.start();
    replays.start().catch((error: unknown) => this.#note(`replays: ${String(error)}`));
    return { life, roster, desk, replays };
  }

  #committing(fact: Fact): void {
    this.#note(`commit ${fact.kind}${"event" in fact ? ` ${fact.event} at ${fact.position}` : ""}`);
    try {
      this.#checks.committing(fact);
    } catch (error) {
      this.#failed(error);
    }
  }

  #died(): void {
    this.#note(`death ${++this.#deaths}`);
    this.#checks.died();
    this.#process.life.end();
    this.clock.after(this.#random.below(1_000), () => {
      this.#process = this.#boot();
    });
  }

  /** Faults stop, operators resume everything, the source is back: then all must settle. */
  async #drain(): Promise<void> {
    this.#note("calm");
    this.#plan = calm(this.#plan);
    if (!this.#configured) this.#reload();
    await this.#pass(2_000);
    for (let round = 0; round < DRAIN_ROUNDS_MAX; round++) {
      for (let n = 0; n < this.#plan.connections; n++)
        await this.#resume({ source: "bank", key: `c${n}` });
      await this.#pass(DRAIN_STEP_MS);
      if (this.#unsettled().length === 0) break;
    }
    if (this.#unsettled().length > 0)
      throw new Violation(`never settled: ${this.#unsettled().join(" ")}`);
    await this.#checkStates();
  }

  async #resume(ref: ConnectionRef): Promise<void> {
    if (this.store.view(ref).status === "active") return;
    this.#settledEither("resume", this.#process.desk.resume(ref, "key_1"));
  }

  #unsettled(): Seq[] {
    return [...this.acknowledged.keys()].filter((event) => this.store.item(event) !== null);
  }

  /** No position was applied to a state twice. */
  async #checkStates(): Promise<void> {
    for (const [event, id] of this.acknowledged) {
      if (this.store.status(id) === null)
        throw new Violation(`${event} was acknowledged and is lost`);
    }
    for (let n = 0; n < this.#plan.connections; n++) {
      const state: unknown = JSON.parse(
        this.store.view({ source: "bank", key: `c${n}` }).state ?? "[]",
      );
      const applied = Array.isArray(state) ? state : [];
      if (new Set(applied).size < applied.length)
        throw new Violation(`c${n} applied one position twice`);
    }
  }

  #failed(error: unknown): void {
    this.failure ??= error;
  }

  #note(line: string): void {
    this.lines.push(`${this.clock.monotonic()} ${line}`);
  }
}

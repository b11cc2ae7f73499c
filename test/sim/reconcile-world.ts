import type { Log, LogFields } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { SimulatedFinlink } from "../../src/cli/simulate/finlink.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import type { Fact } from "../../src/journal/facts.ts";
import { type InlineJournal, openMemoryLog } from "../support/inline-journal.ts";
import { sourceSettings } from "../support/settings.ts";
import { Manners, SentBook } from "./reconcile-checks.ts";
import { WaitingClock } from "./reconcile-life.ts";
import { drawReconcilePlan, type ReconcilePlan } from "./reconcile-plan.ts";
import { SimProcess } from "./reconcile-process.ts";

const MINUTE_MS = 60_000;
/** After the last fault: the longest rest of a sweep, and the interval of sweeps, twice. */
const CALM_MS = 4 * 60 * MINUTE_MS;

/**
 * Finlink as it is played, with all that goes wrong there and on the way, and one process after the other
 * that asks it: the real reconciler on the real journal and its projection, in one thread and one time. A
 * life ends at any moment; only the log outlives it.
 */
export class ReconcileSim {
  readonly clock = new WaitingClock();
  readonly plan: ReconcilePlan;
  readonly finlink: SimulatedFinlink;
  readonly lines: string[] = [];
  readonly snapshots: Extract<Fact, { kind: "snapshot" }>[] = [];
  readonly manners: Manners;
  readonly sent = new SentBook();
  readonly source: SourceSettings;
  deaths = 0;
  readonly #random: Random;
  readonly #log = openMemoryLog();
  #process: SimProcess | null = null;
  #lastAliveAt: number | null = null;

  constructor(seed: number) {
    this.#random = seededRandom(seed * 31 + 7);
    this.plan = drawReconcilePlan(seed, this.#random);
    const { clock } = this;
    this.finlink = new SimulatedFinlink(this.plan.scenario, {
      clock,
      to: "https://hooks.test/in/bank",
      speed: 1,
      post: (_url, init) =>
        this.#process?.receive(init) ?? Promise.reject(new Error("nobody is there")),
    });
    this.source = sourceSettings({
      name: "bank",
      provider: "finlink",
      verify: null,
      credentials: { ...this.finlink.credentials },
      baseUrl: "https://finlink.test",
      reconcile: this.plan.reconcile,
    });
    this.manners = new Manners(this.plan.reconcile);
  }

  /** The log and what follows from it, of the life that there is. */
  get store(): InlineJournal {
    if (this.#process === null) throw new Error("nobody is alive");
    this.#process.store.catchUp();
    return this.#process.store;
  }

  /** From the beginning until all faults are over and everything had its time to heal. */
  async live(): Promise<void> {
    const { clock, finlink, plan } = this;
    const { durationMs } = plan.scenario;
    for (let kill = 0; kill < plan.kills; kill++) {
      clock.after(this.#random.unit() * durationMs, () => this.#process?.die());
    }
    for (let wish = 0; wish < plan.wishes; wish++) {
      clock.after(this.#random.unit() * durationMs, () => this.#wish());
    }
    this.#begin();
    await clock.advance(MINUTE_MS);
    finlink.start();
    await clock.advance(durationMs);
    const { trouble } = plan;
    [trouble.refusals, trouble.deaths, trouble.readFaults] = [0, 0, 0];
    await clock.advance(plan.downMsMax + CALM_MS);
    if (!finlink.stats().finished) throw new Error("the play has no end");
  }

  async end(): Promise<void> {
    await Promise.all([this.#process?.stop(), this.clock.advance(3_000)]);
    this.finlink.end();
  }

  #begin(): void {
    const { clock, source, plan } = this;
    this.manners.born();
    this.#process = new SimProcess({
      clock,
      seed: this.#random.below(2 ** 31),
      log: this.#log,
      run: this.deaths + 1,
      past: { lastAliveAt: this.#lastAliveAt, clean: false },
      source,
      trouble: plan.trouble,
      answerMs: plan.answerMs,
      lines: this.#noting(),
      answer: (request) => this.#answer(request),
      committed: (facts) => {
        for (const fact of facts) if (fact.kind === "snapshot") this.snapshots.push(fact);
      },
      post: this.sent.post,
      died: () => this.#died(),
    });
    this.#note(`born ${this.deaths}`);
    this.#process.start();
    // Before there is a session.
    if (this.plan.wishes > 0) this.clock.soon(() => this.#wish());
  }

  #wish(): void {
    const there = this.finlink.world.statuses(null);
    this.#process?.poll(there.map(({ credentialsToken }) => credentialsToken));
  }

  #died(): void {
    this.deaths++;
    this.#lastAliveAt = this.clock.now();
    this.#note("died");
    this.clock.after(this.#random.unit() * this.plan.downMsMax, () => this.#begin());
  }

  #answer(request: Request): Promise<Response> {
    const { clock, finlink } = this;
    const { away, faults } = finlink.stats();
    this.manners.called(request, clock.monotonic(), away && faults);
    this.#note(`${request.method} ${new URL(request.url).pathname}`);
    return finlink.answer(request);
  }

  #note(line: string): void {
    this.lines.push(`${this.clock.monotonic()} ${line}`);
  }

  #noting(): Log {
    const noting =
      (level: string) =>
      (message: string, fields: LogFields = {}): void =>
        this.#note(`${level} ${message} ${JSON.stringify(fields)}`);
    return {
      debug: noting("debug"),
      info: noting("info"),
      warn: noting("warn"),
      error: noting("error"),
    };
  }
}

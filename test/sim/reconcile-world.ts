import type { Log, LogFields } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { SimulatedFinlink } from "../../src/cli/simulate/finlink.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import { hint } from "../../src/ingress/onward.ts";
import { SourceTable } from "../../src/ingress/sources.ts";
import { Door } from "../../src/ingress/split.ts";
import type { Fact } from "../../src/journal/facts.ts";
import { providerDeps } from "../../src/providers/deps.ts";
import { Reconciler } from "../../src/reconcile/reconciler.ts";
import { InlineJournal, openMemoryLog } from "../support/inline-journal.ts";
import { noEndpoints } from "../support/no-endpoints.ts";
import { settings, sourceSettings } from "../support/settings.ts";
import { Manners, SentBook } from "./reconcile-checks.ts";
import { forgetful, LifeClock, mortal, WaitingClock, wired } from "./reconcile-life.ts";
import { drawReconcilePlan, type ReconcilePlan } from "./reconcile-plan.ts";

/** Turns of the real loop that a call with its bodies may take. */
const TURNS = 12;
const MINUTE_MS = 60_000;
/** After the last fault: the longest rest of a sweep, and the interval of sweeps, twice. */
const CALM_MS = 4 * 60 * MINUTE_MS;

interface Life {
  readonly store: InlineJournal;
  readonly reconciler: Reconciler;
  /** As the provider posts it; the status that it is answered. */
  receive(init: RequestInit): Promise<number>;
  alive: boolean;
}

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
  #life: Life | null = null;
  #lastAliveAt: number | null = null;

  constructor(seed: number) {
    this.#random = seededRandom(seed * 31 + 7);
    this.plan = drawReconcilePlan(seed, this.#random);
    const { clock } = this;
    this.finlink = new SimulatedFinlink(this.plan.scenario, {
      clock,
      to: "https://hooks.test/in/bank",
      speed: 1,
      post: (_url, init) => this.#posted(init),
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
    if (this.#life === null) throw new Error("nobody is alive");
    this.#life.store.catchUp();
    return this.#life.store;
  }

  /** From the beginning until all faults are over and everything had its time to heal. */
  async live(): Promise<void> {
    const { clock, finlink, plan } = this;
    const { durationMs } = plan.scenario;
    for (let kill = 0; kill < plan.kills; kill++) {
      clock.after(this.#random.unit() * durationMs, () => this.#die());
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
    await Promise.all([this.#life?.reconciler.stop(), this.clock.advance(3_000)]);
    this.finlink.end();
  }

  #begin(): void {
    const { clock, plan } = this;
    const random = seededRandom(this.#random.below(2 ** 31));
    const { trouble } = plan;
    let alive = true;
    const isAlive = (): boolean => alive;
    const own = new LifeClock(clock, isAlive);
    const store = new InlineJournal(own, { log: this.#log, run: this.deaths + 1 });
    const committed = (facts: readonly Fact[]): void => {
      for (const fact of facts) if (fact.kind === "snapshot") this.snapshots.push(fact);
    };
    const deps = { clock: own, random, trouble, committed, died: () => isAlive() && this.#die() };
    const journal = mortal(store.journal, deps);
    const answer = (request: Request) => this.#answer(request, isAlive);
    const fetch = (url: string, init: RequestInit) => answer(new Request(url, init));
    const providers = providerDeps({ clock: own, fetch });
    const sources = new SourceTable(settings([this.source]), { clock: own, providers });
    const post = this.sent.post;
    const door = new Door({ sources, journal, post, fanOut: noEndpoints });
    const reconciler = new Reconciler(
      {
        clock: own,
        random,
        log: this.#noting(),
        http: wired({ clock: own, random, answer, answerMs: plan.answerMs }),
        sessions: providers.sessions,
        journal,
        door,
        reads: forgetful(store.reads, deps),
        team: { ask: () => Promise.reject(new Error("there is no team")) },
        past: { lastAliveAt: this.#lastAliveAt, clean: false },
      },
      settings([this.source]),
    );
    const receive = async (init: RequestInit): Promise<number> => {
      const headers = init.headers as Record<string, string>;
      const body = init.body as Uint8Array;
      const request = { method: "POST", url: "/in/bank", peer: "", headers: [] };
      const finding = { at: own.now(), request, origin: "webhook", sweep: null } as const;
      const intake = door.split("bank", { headers, body }, finding);
      const found = sources.find("bank");
      if (!intake.ok || found === null) throw new Error("a webhook is not understood");
      await journal.append(intake.value);
      hint(intake.value, found, reconciler);
      return 200;
    };
    this.manners.born();
    this.#life = {
      store,
      reconciler,
      receive,
      get alive() {
        return alive;
      },
      set alive(given) {
        alive = given;
      },
    };
    this.#note(`born ${this.deaths}`);
    void reconciler.start();
  }

  #die(): void {
    const life = this.#life;
    if (life === null || !life.alive) return;
    life.alive = false;
    this.deaths++;
    this.#lastAliveAt = this.clock.now();
    this.#note("died");
    this.clock.after(this.#random.unit() * this.plan.downMsMax, () => this.#begin());
  }

  /** What of a dead life arrives late is nobody's: its calls are not made. */
  async #answer(request: Request, isAlive: () => boolean): Promise<Response> {
    if (!isAlive()) return new Promise(() => {});
    const { clock, finlink } = this;
    const { away, faults } = finlink.stats();
    this.manners.called(request, clock.monotonic(), away && faults);
    this.#note(`${request.method} ${new URL(request.url).pathname}`);
    clock.turns = TURNS;
    const response = await finlink.answer(request);
    clock.turns = TURNS;
    return response;
  }

  /** A process that is down refuses connections; one that dies meanwhile never answers. */
  #posted(init: RequestInit): Promise<Response> {
    const life = this.#life;
    if (life?.alive !== true) return Promise.reject(new Error("connection refused"));
    this.clock.turns = TURNS;
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new Error("no answer in time")));
      life.receive(init).then(
        (status) => resolve(new Response(null, { status })),
        () => resolve(new Response(null, { status: 503 })),
      );
    });
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

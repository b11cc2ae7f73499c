import type { Database } from "bun:sqlite";
import type { Log } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import { hint, onward } from "../../src/ingress/onward.ts";
import { SourceTable } from "../../src/ingress/sources.ts";
import { Door } from "../../src/ingress/split.ts";
import type { Fact } from "../../src/journal/facts.ts";
import type { Posted } from "../../src/journal/journal.ts";
import { providerDeps } from "../../src/providers/deps.ts";
import { Reconciler } from "../../src/reconcile/reconciler.ts";
import type { Past } from "../../src/reconcile/subject.ts";
import { InlineJournal } from "../support/inline-journal.ts";
import { noEndpoints } from "../support/no-endpoints.ts";
import { settings } from "../support/settings.ts";
import {
  forgetful,
  LifeClock,
  mortal,
  type Trouble,
  type WaitingClock,
  wired,
} from "./reconcile-life.ts";

export interface ProcessDeps {
  readonly clock: WaitingClock;
  readonly seed: number;
  /** All that is left of earlier lives. */
  readonly log: Database;
  readonly run: number;
  readonly past: Past;
  readonly source: SourceSettings;
  readonly trouble: Trouble;
  readonly answerMs: number;
  readonly lines: Log;
  /** The provider, whatever becomes of its answer. */
  answer(request: Request): Promise<Response>;
  /** Facts that are in the log now. */
  committed(facts: readonly Fact[]): void;
  post(posted: readonly Posted[]): void;
  died(): void;
}

/** Turns of the real loop that a call with its bodies may take. */
const TURNS = 12;

/** One life of the process, as far as receiving without proofs and reconciling go: real parts on one clock. */
export class SimProcess {
  readonly store: InlineJournal;
  readonly #deps: ProcessDeps;
  readonly #clock: LifeClock;
  readonly #reconciler: Reconciler;
  readonly #receive: (headers: Readonly<Record<string, string>>, body: Uint8Array) => Promise<void>;
  #alive = true;

  constructor(deps: ProcessDeps) {
    this.#deps = deps;
    const { source, trouble, past, post, committed } = deps;
    const random = seededRandom(deps.seed);
    const clock = new LifeClock(deps.clock, () => this.#alive);
    this.#clock = clock;
    this.store = new InlineJournal(clock, { log: deps.log, run: deps.run });
    const died = (): void => this.die();
    const troubled = { clock, random, trouble, committed, died };
    const journal = mortal(this.store.journal, troubled);
    const answer = (request: Request) => this.#answered(request);
    const late = (): Promise<void> =>
      new Promise((done) => clock.after(random.below(Math.min(deps.answerMs, 4_000) + 1), done));
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      const response = await answer(new Request(url, init));
      await late();
      deps.clock.turns = TURNS;
      return response;
    };
    const providers = providerDeps({ clock, fetch });
    const sources = new SourceTable(settings([source]), { clock, providers });
    const door = new Door({ sources, journal, post, fanOut: noEndpoints });
    this.#reconciler = new Reconciler(
      {
        clock,
        random,
        log: deps.lines,
        http: wired({ clock, random, answer, answerMs: deps.answerMs }),
        sessions: providers.sessions,
        journal,
        door,
        reads: forgetful(this.store.reads, troubled),
        team: { ask: () => Promise.reject(new Error("there is no team")) },
        past,
      },
      settings([source]),
    );
    this.#receive = async (headers, body) => {
      const request = { method: "POST", url: `/in/${source.name}`, peer: "", headers: [] };
      const finding = { at: clock.now(), request, origin: "webhook", sweep: null } as const;
      const intake = door.split(source.name, { headers, body }, finding);
      const found = sources.find(source.name);
      if (!intake.ok || found === null) throw new Error("a webhook is not understood");
      const appended = await journal.append(intake.value);
      onward(intake.value, appended, { post, fanOut: noEndpoints });
      hint(intake.value, found, this.#reconciler);
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  start(): void {
    void this.#reconciler.start();
  }

  /** An operator asks for these connections, all at once. */
  poll(keys: readonly string[]): void {
    for (const key of keys) this.#reconciler.poll(this.#deps.source.name, key);
  }

  /** A changed source, and keys to be known for so long from the next start on. */
  reconfigured(source: SourceSettings, dedupeMs: number): Promise<void> {
    return this.#reconciler.reconfigured(settings([source], { dedupeMs }));
  }

  sweep(since: number): void {
    this.#reconciler.sweep(this.#deps.source.name, { since });
  }

  /** `kill -9`: its timers, calls and commits end where they are. */
  die(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#deps.died();
  }

  stop(): Promise<void> {
    return this.#reconciler.stop();
  }

  /** As a provider posts a webhook. Rejects when there is no answer; a process that dies meanwhile never gives one. */
  receive(init: RequestInit): Promise<Response> {
    if (!this.#alive) return Promise.reject(new Error("connection refused"));
    this.#deps.clock.turns = TURNS;
    const headers = init.headers as Record<string, string>;
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new Error("no answer in time")));
      this.#receive(headers, init.body as Uint8Array).then(
        () => resolve(new Response(null, { status: 200 })),
        () => resolve(new Response(null, { status: 503 })),
      );
    });
  }

  /** What of a dead life arrives late is nobody's: its calls are not made. */
  async #answered(request: Request): Promise<Response> {
    if (!this.#clock.isAlive()) return new Promise(() => {});
    const { clock } = this.#deps;
    clock.turns = TURNS;
    const response = await this.#deps.answer(request);
    clock.turns = TURNS;
    return response;
  }
}

import type { Clock } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import type { Random } from "../base/random.ts";
import type { FanOut } from "../journal/sending.ts";
import type { Outcome } from "../outcome/outcome.ts";
import { judge } from "../outcome/verdict.ts";
import type { Handlers } from "./handlers.ts";
import { owedBy, owing } from "./owing.ts";
import type { Recorder } from "./recorder.ts";
import {
  type Attempted,
  attemptedFact,
  begin,
  jobOf,
  type Run,
  type Settle,
  type Settled,
  settledFact,
  settledUnhandled,
} from "./run.ts";

export interface HandlingDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly handlers: Handlers;
  readonly recorder: Recorder;
  /** Whom completed and emitted events are sent on to. */
  readonly fanOut: FanOut;
}

/** Whose item it is. */
export interface HandlingOwner {
  readonly alone: boolean;
  /** The connection's state as JSON text. */
  readonly json: string | null;
  enter(state: "running" | "settling"): void;
  /** The outcome is on disk. */
  committed(fact: Settled | Attempted, run: Run, at: Seq): void;
  crash(error: unknown): void;
}

/** One item from its event to its outcome on disk: handle, judge, settle. */
export class Handling {
  readonly #deps: HandlingDeps;
  readonly #owner: HandlingOwner;
  #run: Run;
  #busy = false;
  #running = false;
  #abandoned: (() => void) | null = null;

  constructor(deps: HandlingDeps, owner: HandlingOwner, run: Run) {
    this.#deps = deps;
    this.#owner = owner;
    this.#run = run;
  }

  start(): void {
    const verdict = settledUnhandled(this.#run);
    if (verdict === null) this.#handle();
    else this.#settle(this.#settled(verdict));
  }

  /** The owner has crashed: what still comes is dropped, and `quiet` hears when nothing can come any more. */
  abandon(quiet: () => void): void {
    if (this.#busy) this.#abandoned = quiet;
    else quiet();
  }

  #handle(): void {
    this.#run = begin(this.#run, this.#deps.clock);
    this.#owner.enter("running");
    this.#busy = true;
    this.#running = true;
    const stepped = (name: string, result: string): Promise<void> => this.#step(name, result);
    this.#deps.handlers.run(jobOf(this.#run, this.#owner.json), stepped).then(
      (outcome) => this.#ended(() => this.#judge(outcome)),
      (error: unknown) => this.#ended(() => this.#owner.crash(error)),
    );
  }

  #judge(outcome: Outcome): void {
    const run = this.#run;
    const { clock, random } = this.#deps;
    const verdict = judge(outcome, run.item, run.settings.retry, random);
    if (verdict.kind === "retry") this.#settle(attemptedFact(run, verdict, clock));
    else this.#settle(this.#settled(verdict));
  }

  #settled(verdict: Settle): Settled {
    const fact = settledFact(this.#run, verdict, !this.#owner.alone, this.#deps.clock);
    return owing(fact, this.#run.event, this.#deps.fanOut);
  }

  #settle(fact: Settled | Attempted): void {
    this.#owner.enter("settling");
    this.#busy = true;
    this.#deps.recorder.record(
      fact,
      (at) => {
        // Owed whatever becomes of the actor.
        if (fact.kind === "settled") this.#deps.fanOut.owed(owedBy(fact));
        this.#ended(() => this.#owner.committed(fact, this.#run, at));
      },
      (error) => this.#ended(() => this.#owner.crash(error)),
    );
  }

  /** A step's result is on disk before the handler sees it. */
  #step(name: string, result: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#running) {
        reject(new Error("the run that this step belongs to is over"));
        return;
      }
      const { event, position } = this.#run.item;
      const at = this.#deps.clock.now();
      const fact = { kind: "stepped", at, event, position, name, result } as const;
      this.#deps.recorder.record(fact, () => resolve(), reject);
    });
  }

  #ended(follow: () => void): void {
    this.#busy = false;
    this.#running = false;
    if (this.#abandoned !== null) {
      this.#abandoned();
      return;
    }
    try {
      follow();
    } catch (error) {
      this.#owner.crash(error);
    }
  }
}

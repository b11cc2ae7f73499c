import type { Clock } from "../../src/base/clock.ts";
import type { Seq } from "../../src/base/ids.ts";
import type { Random } from "../../src/base/random.ts";
import type { Appended, Fact, Intake } from "../../src/journal/facts.ts";
import {
  type Journal,
  JournalRefused,
  type MailboxReads,
  ReadRefused,
} from "../../src/journal/journal.ts";
import type { DeskReads } from "../support/mailbox-desk.ts";
import type { Plan } from "./plan.ts";
import type { Store } from "./store.ts";

export interface LifeDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  plan(): Plan;
  /** A fact is about to be committed. */
  committing(fact: Fact): void;
  /** The process has just died. */
  died(): void;
}

interface Call {
  commit(): void;
  answer(): void;
  refuse(error: JournalRefused): void;
}

/**
 * The journal as one life of the process sees it: commits come in batches and late, answers later still,
 * some batches are refused, and the process may die before a commit, or between it and its answer. Reads
 * are late both ways, so that what they bring may be old. A dead life is never answered.
 */
export class Life implements Journal {
  readonly reads: MailboxReads & DeskReads;
  readonly #deps: LifeDeps;
  #waiting: Call[] = [];
  #flying = false;
  #alive = true;

  constructor(deps: LifeDeps) {
    this.#deps = deps;
    this.reads = this.#lateReads();
  }

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
  }

  append(intake: Intake): Promise<readonly Appended[]> {
    return this.#call(() => this.#deps.store.append(intake));
  }

  record(fact: Fact): Promise<Seq> {
    return this.#call(() => {
      this.#deps.committing(fact);
      return this.#deps.store.record(fact);
    });
  }

  appendTogether(
    intakes: readonly Intake[],
    facts: readonly Fact[],
  ): Promise<readonly (readonly Appended[])[]> {
    return this.#call(() => {
      const { committing, store } = this.#deps;
      const answers = intakes.map((intake) => store.append(intake));
      for (const fact of facts) {
        committing(fact);
        store.record(fact);
      }
      return answers;
    });
  }

  pressure(): JournalRefused["code"] | null {
    return null;
  }

  #call<T>(commit: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: T;
      this.#waiting.push({
        commit: () => {
          result = commit();
        },
        answer: () => resolve(result),
        refuse: reject,
      });
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#flying) return;
    this.#flying = true;
    this.#later(this.#deps.plan().commitMs, () => this.#commit());
  }

  #commit(): void {
    const { random } = this.#deps;
    const plan = this.#deps.plan();
    const batch = this.#waiting;
    this.#waiting = [];
    if (random.unit() < plan.refusals) return this.#refuse(batch);
    const dies = random.unit() < plan.deaths;
    if (dies && random.unit() < 0.5) return this.#die();
    for (const call of batch) call.commit();
    if (dies) return this.#die();
    this.#later(plan.commitMs, () => this.#answered(batch, (call) => call.answer()));
  }

  #refuse(batch: readonly Call[]): void {
    const code = this.#deps.random.unit() < 0.5 ? "disk_full" : "overloaded";
    this.#answered(batch, (call) => call.refuse(new JournalRefused(code, code)));
  }

  #answered(batch: readonly Call[], answer: (call: Call) => void): void {
    this.#flying = false;
    for (const call of batch) answer(call);
    if (this.#waiting.length > 0) this.#flush();
  }

  #die(): void {
    this.#alive = false;
    this.#deps.died();
  }

  /** Within this life only, after a random time of at most `mostMs`. */
  #later(mostMs: number, then: () => void): void {
    const live = (): void => {
      if (this.#alive) then();
    };
    const { clock, random } = this.#deps;
    if (mostMs === 0) clock.soon(live);
    else clock.after(random.below(mostMs + 1), live);
  }

  #late<A extends unknown[], R>(read: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return (...args) =>
      new Promise((resolve, reject) => {
        const { readMs, readFaults } = this.#deps.plan();
        this.#later(readMs, () => {
          const { random } = this.#deps;
          if (random.unit() < readFaults) {
            const refused = random.unit() < 0.8;
            reject(refused ? new ReadRefused("behind", "behind") : new Error("the reader fell"));
            return;
          }
          void read(...args).then((answer) => this.#later(readMs, () => resolve(answer)), reject);
        });
      });
  }

  #lateReads(): MailboxReads & DeskReads {
    const { reads } = this.#deps.store;
    return {
      view: this.#late(reads.view),
      waiting: this.#late(reads.waiting),
      ready: this.#late(reads.ready),
      due: this.#late(reads.due),
      load: this.#late(reads.load),
      events: this.#late(reads.events),
      event: this.#late(reads.event),
      count: this.#late(reads.count),
      oldest: this.#late(reads.oldest),
      connection: this.#late(reads.connection),
      job: this.#late(reads.job),
      runningJobs: this.#late(reads.runningJobs),
    };
  }
}

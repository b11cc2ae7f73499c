import { seq } from "../base/ids.ts";
import type { TestLine } from "../config/types/testing.ts";
import type { Job, Outcome } from "../mailbox/handlers.ts";
import { HostLoop } from "../mailbox/host/child/loop.ts";
import { Speaker } from "../mailbox/host/child/speaker.ts";
import type { Team } from "../mailbox/host/child/team.ts";
import { expired } from "../mailbox/host/death.ts";
import { Outbox } from "../mailbox/host/outbox.ts";
import { Run } from "../mailbox/host/run.ts";
import {
  type AbortReason,
  COMPLETED,
  decodeFromHost,
  type WireLine,
} from "../mailbox/host/wire.ts";
import { type HandClock, turns } from "./test-clock.ts";

const JOB = 1;
const PING = 1;

/**
 * One attempt, by the very parts that a handler host is made of, in one process and without a channel
 * between: what a handler may do, what it is told no to and how its outcome is told are theirs.
 */
export class Attempt {
  /** Kept, name → JSON text; also what was kept before. */
  readonly steps: Map<string, string>;
  readonly lines: TestLine[] = [];
  readonly #clock: HandClock;
  readonly #job: Job;
  readonly #outbox: Outbox;
  readonly #run: Run;
  readonly #ended = Promise.withResolvers<Outcome | null>();
  #stopping = false;
  #late = false;

  constructor(clock: HandClock, team: Team, job: Job) {
    this.#clock = clock;
    this.#job = job;
    this.steps = new Map(job.event.steps);
    const speaker = new Speaker(clock, (text) => this.#hear(text));
    const loop = new HostLoop(clock, speaker, team);
    this.#outbox = new Outbox(clock, (message) => loop.receive(message));
    const kept = async (name: string, result: string): Promise<void> => {
      this.steps.set(name, result);
    };
    this.#run = new Run(JOB, job, kept, clock, (outcome) => this.#ended.resolve(outcome));
  }

  /** Its outcome; `null` when the process stopped in the middle of it, and the attempt does not count. */
  async play(interrupt: AbortReason | null): Promise<Outcome | null> {
    const { timeoutMs } = this.#job;
    const cancel = this.#clock.after(timeoutMs, () => this.#expire());
    this.#outbox.job(this.#run);
    if (interrupt !== null) void this.#interrupt(interrupt);
    try {
      return await this.#ended.promise;
    } finally {
      cancel();
    }
  }

  async #interrupt(reason: AbortReason): Promise<void> {
    await turns();
    if (reason === "timeout") {
      this.#clock.move(this.#job.timeoutMs);
      return;
    }
    this.#stopping = true;
    this.#outbox.abort(JOB, reason);
  }

  /** The signal first, and then the question whether it is still there: its answer ends the wait. */
  #expire(): void {
    this.#late = true;
    this.#outbox.abort(JOB, "timeout");
    this.#outbox.ping(PING);
  }

  #hear(text: string): void {
    const said = decodeFromHost(text);
    for (const line of said?.lines ?? []) this.lines.push(lineOf(line));
    for (const [, step, name, result] of said?.steps ?? []) {
      void this.#run
        .journal(name, result)
        .then((refused) => this.#outbox.stepped(JOB, step, refused));
    }
    for (const [, outcome] of said?.answers ?? []) this.#answered(outcome ?? COMPLETED);
    if (said?.pong !== undefined) this.#run.answer(expired(this.#job.timeoutMs));
  }

  #answered(outcome: Outcome): void {
    const threw = outcome.kind === "threw";
    if (this.#stopping && threw) this.#ended.resolve(null);
    else this.#run.answer(this.#late && threw ? expired(this.#job.timeoutMs) : outcome);
  }
}

/** The position of a test's events in their mailboxes: there is one at a time. */
export const POSITION = seq(1);

const lineOf = ({ level, text, fields = {} }: WireLine): TestLine => ({
  level,
  message: text,
  fields,
});

import { seq } from "../../src/base/ids.ts";
import { err, ok, type Result } from "../../src/base/result.ts";
import type { EventFilter, ReplayJob } from "../../src/journal/facts.ts";
import type { EventRow } from "../../src/journal/rows.ts";
import type { OperationRefused, Operations } from "../../src/mailbox/operations.ts";
import { aJob } from "./fake-reads.ts";

/** Notes what is asked of it, and does nothing; refuses or throws what it is told to. */
export class FakeOperations implements Operations {
  readonly calls: unknown[][] = [];
  refusal: OperationRefused | null = null;
  thrown: Error | null = null;

  pause = async (...args: unknown[]) => this.#did("pause", args, null);
  resume = async (...args: unknown[]) => this.#did("resume", args, null);
  retry = async (...args: unknown[]) => this.#did("retry", args, null);
  skipHead = async (...args: unknown[]) => this.#did("skipHead", args, seq(1));
  parkHead = async (...args: unknown[]) => this.#did("parkHead", args, seq(1));
  skip = async (...args: unknown[]) => this.#did("skip", args, null);
  replay = async (...args: unknown[]) => this.#did("replay", args, null);
  pauseJob = async (...args: unknown[]) => this.#did("pauseJob", args, aJob({ status: "paused" }));
  resumeJob = async (...args: unknown[]) => this.#did("resumeJob", args, aJob());
  cancelJob = async (...args: unknown[]) =>
    this.#did("cancelJob", args, aJob({ status: "cancelled" }));

  async createJob(
    filter: EventFilter,
    options: { rate: number | null; by: string },
  ): Promise<{ id: string; job: ReplayJob }> {
    this.#did("createJob", [filter, options], null);
    return { id: "job_1", job: aJob({ filter, rate: options.rate }) };
  }

  whyEventWaits(event: EventRow, behind: string | null): string | null {
    return behind === null ? `${event.id} is next` : `waits behind ${behind}`;
  }

  whyConnectionWaits(connection: { mailboxDepth: number }): string | null {
    return connection.mailboxDepth === 0 ? null : "its head is being retried";
  }

  #did<T>(name: string, args: unknown[], value: T): Result<T, OperationRefused> {
    if (this.thrown !== null) throw this.thrown;
    this.calls.push([name, ...args]);
    return this.refusal === null ? ok(value) : err(this.refusal);
  }
}

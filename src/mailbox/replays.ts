import { type Clock, sleep } from "../base/clock.ts";
import { seq } from "../base/ids.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Turnstile } from "../base/turnstile.ts";
import { isHandled } from "../journal/emitted.ts";
import type { EventFilter, ReplayJob, ReplayStatus } from "../journal/facts.ts";
import { type Journal, JournalRefused, type Reads } from "../journal/journal.ts";
import type { EventRow } from "../journal/rows.ts";
import type { OperationRefused } from "./operations.ts";
import type { Roster } from "./roster.ts";

export interface ReplaysDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly journal: Pick<Journal, "record">;
  readonly reads: Pick<Reads, "events" | "count" | "oldest" | "job" | "runningJobs">;
  readonly roster: Pick<Roster, "postItem">;
  /** Shared with the replay of single events: two replays never look at one event at the same time. */
  readonly turnstile: Turnstile;
}

interface Running {
  job: ReplayJob;
  /** Later than the job's own by what was pending and so needed no replay. */
  cursor: ReplayJob["cursor"];
}

/** Events that one entry of the journal replays. */
const SLICE_EVENTS_MAX = 100;
const COUNT_MAX = 10_000_000;
const SLICES_A_SECOND = 4;
const AGAIN_MS = 1_000;
const ID_CHARS = 16;

/**
 * Replays of many events. A job walks the matching events in the journal's order, a slice at a time: one
 * entry holds the slice and, with it, moves the job's cursor, so that a crash neither repeats nor leaves
 * out one. What was journaled after the job was made, its own replays' failures too, is not part of it.
 */
export class ReplayRunner {
  readonly #deps: ReplaysDeps;
  readonly #running = new Map<string, Running>();
  #stop = new AbortController();

  constructor(deps: ReplaysDeps) {
    this.#deps = deps;
  }

  /** Goes on with the jobs that were running when the process ended. */
  async start(): Promise<void> {
    for (const { id, job } of await this.#deps.reads.runningJobs()) this.#begin(id, job);
  }

  /** No further slice is begun. */
  stop(): void {
    this.#stop.abort();
    this.#running.clear();
  }

  create(
    filter: EventFilter,
    rate: number | null,
    by: string,
  ): Promise<{ id: string; job: ReplayJob }> {
    return this.#deps.turnstile.run(async () => {
      const { clock, random, reads } = this.#deps;
      const newest = (await reads.events(filter, { limit: 1, cursor: null })).rows[0];
      const upTo = newest?.seq ?? seq(0);
      const total = newest === undefined ? 0 : await reads.count(filter, upTo, COUNT_MAX);
      const id = `rpl_${random.text(ID_CHARS)}`;
      const createdAt = clock.now();
      const bounds = { total, done: 0, upTo, cursor: seq(0), createdAt };
      const done = total === 0;
      const status: ReplayStatus = done ? "completed" : "running";
      const job = { filter, status, rate, ...bounds, finishedAt: done ? createdAt : null };
      await this.#record(id, job, by);
      if (!done) this.#begin(id, job);
      return { id, job };
    });
  }

  pause(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>> {
    return this.#change(id, by, ["running"], "paused");
  }

  resume(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>> {
    return this.#change(id, by, ["paused"], "running");
  }

  cancel(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>> {
    return this.#change(id, by, ["running", "paused"], "cancelled");
  }

  #change(
    id: string,
    by: string,
    from: readonly ReplayStatus[],
    to: "running" | "paused" | "cancelled",
  ): Promise<Result<ReplayJob, OperationRefused>> {
    return this.#deps.turnstile.run(async () => {
      const before = await this.#deps.reads.job(id);
      if (before === null) return err("not_found");
      if (!from.includes(before.status)) return err("wrong_status");
      const finishedAt = to === "cancelled" ? this.#deps.clock.now() : null;
      const job = { ...before, status: to, finishedAt };
      await this.#record(id, job, by);
      this.#running.delete(id);
      if (to === "running") this.#begin(id, job);
      return ok(job);
    });
  }

  #begin(id: string, job: ReplayJob): void {
    if (this.#stop.signal.aborted) return;
    const running = { job, cursor: job.cursor };
    this.#running.set(id, running);
    void this.#work(id, running);
  }

  async #work(id: string, running: Running): Promise<void> {
    const { clock, log, turnstile } = this.#deps;
    const { rate } = running.job;
    while (this.#running.get(id) === running) {
      try {
        const walked = await turnstile.run(() => this.#slice(id, running));
        await this.#rest(rate === null ? 0 : (walked / rate) * 1_000);
      } catch (error) {
        if (error instanceof JournalRefused && error.code === "closed") return;
        log.warn("a replay job could not go on; trying again", {
          job: id,
          error: error instanceof Error ? error.message : String(error),
        });
        await sleep(clock, AGAIN_MS, this.#stop.signal);
      }
    }
  }

  /** Lets live traffic in between two slices, whatever the rate. */
  #rest(delayMs: number): Promise<void> {
    const { clock } = this.#deps;
    if (delayMs > 0) return sleep(clock, delayMs, this.#stop.signal);
    return new Promise((resolve) => clock.soon(resolve));
  }

  /** Returns how many events it went past. */
  async #slice(id: string, running: Running): Promise<number> {
    if (this.#running.get(id) !== running) return 0;
    const { filter, upTo, rate } = running.job;
    const limit = rate === null ? SLICE_EVENTS_MAX : Math.ceil(rate / SLICES_A_SECOND);
    const bounded = Math.min(limit, SLICE_EVENTS_MAX, LIMITS.PAGE_ROWS_MAX);
    const rows = await this.#deps.reads.oldest(filter, running.cursor, upTo, bounded);
    const last = rows.at(-1);
    if (last === undefined) await this.#finish(id, running);
    else {
      await this.#replay(
        id,
        running,
        rows.filter((row) => row.status !== "pending" && isHandled(row.origin)),
      );
      running.cursor = last.seq;
    }
    return rows.length;
  }

  async #replay(id: string, running: Running, rows: readonly EventRow[]): Promise<void> {
    const { clock, journal, roster } = this.#deps;
    if (rows.length === 0) return;
    const events = rows.map((row) => row.seq);
    const first = await journal.record({
      kind: "replayed",
      at: clock.now(),
      events,
      job: id,
      by: id,
    });
    const cursor = events.at(-1) ?? running.job.cursor;
    running.job = { ...running.job, done: running.job.done + events.length, cursor };
    for (const [index, { seq: event, source, connection }] of rows.entries()) {
      const ref = connection === null ? null : { source, key: connection };
      const untried = { counted: 0, attempts: 0, dueAt: null, waitingSince: null };
      roster.postItem(source, ref, { position: seq(first + index), event, ...untried });
    }
  }

  async #finish(id: string, running: Running): Promise<void> {
    const finishedAt = this.#deps.clock.now();
    await this.#record(id, { ...running.job, status: "completed", finishedAt }, id);
    this.#running.delete(id);
  }

  async #record(id: string, job: ReplayJob, by: string): Promise<void> {
    await this.#deps.journal.record({ kind: "job", at: this.#deps.clock.now(), id, job, by });
  }
}

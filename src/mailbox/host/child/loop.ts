import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../../../base/clock.ts";
import type { HandlerLog } from "../../../config/types/handler.ts";
import type { Outcome } from "../../handlers.ts";
import type { AbortReason, LineLevel, ToHost, WireJob } from "../wire.ts";
import { HandlerContext } from "./context.ts";
import { HandlerEvent } from "./event.ts";
import { errorFact, Refused } from "./fault.ts";
import { HandlerEnded, RunRecord } from "./record.ts";
import type { Speaker } from "./speaker.ts";
import type { Team } from "./team.ts";

/**
 * Jobs are begun for this long, ms, before the loop gets a turn for its messages: many handlers that
 * each compute for a while must not look like one that never ends.
 */
const SLICE_MS_MAX = 10;

interface Waiting {
  readonly job: WireJob;
  readonly body: Uint8Array;
  deferred: boolean;
}

/** Runs the jobs of one host, many at a time, each in an async scope that says whose a stray error is. */
export class HostLoop {
  readonly #clock: Clock;
  readonly #speaker: Speaker;
  readonly #team: Team;
  readonly #scope = new AsyncLocalStorage<RunRecord>();
  readonly #records = new Map<number, RunRecord>();
  readonly #steps = new Map<number, PromiseWithResolvers<void>>();
  readonly #waiting: Waiting[] = [];
  #nextStep = 1;
  #resuming = false;

  constructor(clock: Clock, speaker: Speaker, team: Team) {
    this.#clock = clock;
    this.#speaker = speaker;
    this.#team = team;
  }

  receive(message: ToHost): void {
    if (message.ping !== null) this.#speaker.pong(message.ping);
    for (const [, step, refused] of message.stepped) this.#stepped(step, refused);
    for (const [job, reason] of message.aborts) this.#abort(job, reason);
    if (message.jobs !== null) this.#take(message.jobs, message.bodies ?? new Uint8Array());
    if (!this.#resuming) this.#drain();
  }

  /** The job in whose scope the caller runs, also once it has answered; `null` outside of all. */
  current(): WireJob | null {
    return this.#scope.getStore()?.job ?? null;
  }

  /**
   * An error that nobody caught. Known to be a running job's, it is that job's; otherwise it is only
   * logged: the runtime keeps no scope for an unhandled rejection, and blaming whoever happens to run
   * would cost an innocent an attempt.
   */
  stray(error: unknown, kind: "exception" | "rejection"): void {
    const record = this.#scope.getStore();
    // A verdict given in a promise that nobody awaited: it stands, and the throw has done its work.
    if (error instanceof HandlerEnded) return;
    if (record !== undefined && !record.done) {
      this.#finish(record, { error });
      return;
    }
    const { message, stack } = errorFact(error);
    const when = record === undefined ? "" : " after its handler had returned";
    this.#line("error", `Uncaught ${kind}${when}: ${stack ?? message}`, record?.job ?? null);
  }

  #take(jobs: string, bodies: Uint8Array): void {
    let offset = 0;
    for (const job of JSON.parse(jobs) as WireJob[]) {
      this.#waiting.push({
        job,
        body: bodies.subarray(offset, offset + job.size),
        deferred: false,
      });
      offset += job.size;
    }
  }

  #drain(): void {
    this.#resuming = false;
    const until = this.#clock.monotonic() + SLICE_MS_MAX;
    let begun = 0;
    for (const waiting of this.#waiting) {
      if (begun > 0 && this.#clock.monotonic() > until) break;
      begun++;
      if (waiting.deferred) this.#speaker.started(waiting.job.no);
      this.#begin(waiting);
    }
    this.#waiting.splice(0, begun);
    if (this.#waiting.length > 0) this.#defer();
  }

  #defer(): void {
    const fresh = this.#waiting.filter((waiting) => !waiting.deferred);
    for (const waiting of fresh) waiting.deferred = true;
    if (fresh.length > 0) this.#speaker.deferred(fresh.map((waiting) => waiting.job.no));
    this.#resuming = true;
    this.#clock.soon(() => this.#drain());
  }

  #begin({ job, body, deferred }: Waiting): void {
    const record = new RunRecord(job, this.#clock.monotonic(), deferred);
    this.#records.set(job.no, record);
    this.#scope.run(record, () => this.#handle(record, body));
  }

  #handle(record: RunRecord, body: Uint8Array): void {
    try {
      const handled = this.#team.get(record.job.source);
      if (handled === undefined) throw unknownSource(record.job.source);
      const event = new HandlerEvent(record.job, body);
      const fault = handled.schemas?.fault(record.job.type, () => event.data) ?? null;
      if (fault !== null) this.#answer(record, { kind: "invalid", error: fault });
      else this.#await(record, handled.onEvent?.(event, this.#contextOf(record)));
    } catch (error) {
      this.#finish(record, { error });
    }
  }

  #await(record: RunRecord, returned: unknown): void {
    if (!isThenable(returned)) {
      this.#finish(record, null);
      return;
    }
    Promise.resolve(returned).then(
      () => this.#finish(record, null),
      (error: unknown) => this.#finish(record, { error }),
    );
  }

  #contextOf(record: RunRecord): HandlerContext {
    return new HandlerContext(record, this.#contextDeps);
  }

  #finish(record: RunRecord, thrown: { readonly error: unknown } | null): void {
    if (!record.done) this.#answer(record, record.outcome(thrown));
  }

  #answer(record: RunRecord, outcome: Outcome): void {
    record.done = true;
    this.#records.delete(record.job.no);
    this.#speaker.answer(record.job.no, outcome);
  }

  /**
   * A job that waited here may be told that its time is up by a process that did not know it yet: such a
   * message is older than the job's beginning, and means nothing.
   */
  #abort(job: number, reason: AbortReason): void {
    const record = this.#records.get(job);
    if (record === undefined) return;
    const elapsed = this.#clock.monotonic() - record.begunAt;
    if (reason === "timeout" && record.deferred && elapsed < record.job.timeoutMs) return;
    // Listeners of the signal are the job's own code: what they throw is its own, too.
    this.#scope.run(record, () => record.abort(reason));
  }

  #stepped(step: number, refused: string | null): void {
    const waiting = this.#steps.get(step);
    this.#steps.delete(step);
    if (refused === null) waiting?.resolve();
    else waiting?.reject(new Refused("step_not_journaled", refused));
  }

  readonly #contextDeps = {
    journalStep: (job: number, name: string, result: string): Promise<void> => {
      const step = this.#nextStep++;
      const journaled = Promise.withResolvers<void>();
      this.#steps.set(step, journaled);
      this.#speaker.step(job, step, name, result);
      return journaled.promise;
    },
    logFor: (record: RunRecord): HandlerLog => {
      const at =
        (level: LineLevel): HandlerLog["info"] =>
        (message, fields) =>
          this.#line(level, String(message), record.job, fields);
      return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
    },
  };

  #line(
    level: LineLevel,
    text: string,
    job: WireJob | null,
    fields?: Parameters<HandlerLog["info"]>[1],
  ): void {
    const whose = { source: job?.source ?? null, event: job?.id ?? null };
    this.#speaker.line({
      level,
      text,
      ...whose,
      ...(fields === undefined ? {} : { fields: plain(fields) }),
    });
  }
}

const FIELDS_MAX = 20;
const FIELD_CHARACTERS_MAX = 1024;

/** Fields are the team's: only what a line of the log can hold, and not too much of it. */
function plain(fields: object): Record<string, string | number | boolean | null> {
  const kept: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(fields).slice(0, FIELDS_MAX)) {
    const simple = value === null || typeof value === "number" || typeof value === "boolean";
    if (simple) kept[name] = value;
    else if (value !== undefined) kept[name] = String(value).slice(0, FIELD_CHARACTERS_MAX);
  }
  return kept;
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function";

const unknownSource = (name: string): Refused =>
  new Refused(
    "unknown_source",
    `The configuration has no source ${JSON.stringify(name)} any more.`,
  );

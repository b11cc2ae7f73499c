import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { InvariantBroken, type Result } from "../base/result.ts";
import type { Door } from "../ingress/split.ts";
import type { ErrorFact } from "../journal/facts.ts";
import { type Journal, JournalRefused, ReadRefused } from "../journal/journal.ts";
import type { ReconcileReads } from "../journal/reconciling.ts";
import type { ApiFault, StateRecovery } from "../providers/recovery.ts";
import { PoliteApi, type PoliteDeps } from "./calls/polite-api.ts";
import { Course, errorOf, type Plan, requestOf } from "./course.ts";
import { readCursor, windowOf } from "./cursor.ts";
import type { Known } from "./known.ts";
import { ListSweep } from "./list-sweep.ts";
import type { SweepReport } from "./reconciling.ts";
import { StateSweep } from "./state-sweep.ts";
import type { Past, Subject } from "./subject.ts";

export interface RunnerDeps extends PoliteDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Pick<Journal, "record">;
  readonly door: Pick<Door, "split" | "derive" | "enter">;
  readonly reads: ReconcileReads;
}

/** A sweep's or poll's end. `again`: connections that have to be asked for once more. */
export interface Ended {
  readonly report: SweepReport;
  readonly again: readonly string[];
}

/** Runs one sweep or poll from its plan to its report. Whatever breaks in it ends it alone, as a failed one. */
export class Runner {
  readonly #deps: RunnerDeps;
  readonly #subject: Subject;
  readonly #known: Known | null;
  readonly #past: Past;

  /** `known`: of a source of states. */
  constructor(deps: RunnerDeps, subject: Subject, known: Known | null, past: Past) {
    this.#deps = deps;
    this.#subject = subject;
    this.#known = known;
    this.#past = past;
  }

  newApi(trace: string, signal: AbortSignal): PoliteApi {
    const { account, counts, login } = this.#subject;
    return new PoliteApi(this.#deps, { account, counts, login, trace, signal });
  }

  /** Never rejects. */
  async run(plan: Plan, signal: AbortSignal): Promise<Ended> {
    const { clock, log } = this.#deps;
    const course = new Course(plan, this.newApi(plan.id, signal), clock, signal);
    let error: ErrorFact | null = null;
    let again: readonly string[] = [];
    try {
      const done = await this.#go(course);
      if (done.ok) again = done.value;
      else error = errorOf(done.error);
    } catch (thrown) {
      error = errorThrown(thrown);
      if (error.code === "internal") {
        const stack = thrown instanceof Error ? (thrown.stack ?? "").slice(0, 2_000) : "";
        log.error("reconciliation broke", { source: plan.source, error: error.message, stack });
      }
    }
    if (error !== null) await this.#failed(course, error);
    else this.#ended(course);
    return { report: course.report(error), again };
  }

  async #go(course: Course): Promise<Result<readonly string[], ApiFault>> {
    const { plan } = course;
    const { recovery } = this.#subject;
    const { cursor: text } = await this.#deps.reads.reconcileState(plan.source);
    const cursor = readCursor(text);
    if (recovery.kind === "list") {
      const window = windowOf({
        now: course.startedAt,
        cursor,
        lastAliveAt: this.#past.lastAliveAt,
        since: plan.since,
        overlapMs: this.#subject.reconcile.overlapMs,
        windowMs: recovery.windowMs,
        dedupeMs: this.#subject.dedupeMs,
      });
      const done = await new ListSweep(this.#deps, recovery, course, cursor).run(window);
      return done.ok ? { ok: true, value: [] } : done;
    }
    const known = this.#known;
    if (known === null) throw new InvariantBroken("a source of states has what is known of it");
    if (plan.connection !== null) return this.#poll(course, plan.connection, recovery, known);
    return new StateSweep(this.#deps, recovery, known, course, cursor).run();
  }

  /** One connection's state. */
  async #poll(
    course: Course,
    key: string,
    recovery: StateRecovery,
    known: Known,
  ): Promise<Result<readonly string[], ApiFault>> {
    const question = known.ask();
    try {
      const state = await recovery.fetch(key, course.api);
      if (!state.ok) return state;
      const telling = {
        at: course.now(),
        asked: question,
        request: requestOf(course.api.last),
        origin: "poll",
        sweep: course.plan.id,
      } as const;
      const learned = await known.learn([{ key, state: state.value }], telling, (found) => {
        course.found = found;
        return [course.swept("done", null)];
      });
      course.recovered = learned.recovered;
      return { ok: true, value: learned.crossed };
    } finally {
      known.closed(question);
    }
  }

  #ended({ plan, recovered, from, to, found, api }: Course): void {
    const { log } = this.#deps;
    const fields = {
      source: plan.source,
      sweep: plan.id,
      why: plan.why,
      connection: plan.connection?.slice(0, 200),
      from: from === null ? null : new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      found,
      recovered,
      calls: api.calls,
    };
    if (recovered > 0) log.info("missed events were recovered", fields);
    else log.debug("nothing was missed", fields);
  }

  async #failed(course: Course, error: ErrorFact): Promise<void> {
    const { plan, signal } = course;
    // The process ends: the next start sweeps again, and a failure would be said of nobody.
    if (signal.aborted) return;
    const { log, journal } = this.#deps;
    log.warn("the provider could not be asked for what was missed; it is tried again", {
      source: plan.source,
      sweep: plan.id,
      why: plan.why,
      code: error.code,
      detail: error.message.slice(0, 1_000),
    });
    try {
      await journal.record(course.swept("failed", null, error));
    } catch (refused) {
      log.warn("a failed sweep could not be noted", { error: String(refused).slice(0, 500) });
    }
  }
}

function errorThrown(thrown: unknown): ErrorFact {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof JournalRefused) return { code: "journal_refused", message };
  if (thrown instanceof ReadRefused) return { code: "read_refused", message };
  return { code: "internal", message: message.slice(0, 1_000) };
}

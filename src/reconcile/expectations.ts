import { type Clock, type Millis, sleep } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { ReconcileSettings } from "../config/settings.ts";
import type { Fact } from "../journal/facts.ts";
import type { Journal } from "../journal/journal.ts";
import type { DeadlineRow, ReconcileReads } from "../journal/reconciling.ts";
import type { SweepReport } from "./reconciling.ts";

export type Expectation = NonNullable<ReconcileSettings["expect"]>;
type Deadline = Extract<Fact, { kind: "expected" }>["deadlines"][number];

export interface ExpectationsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Pick<Journal, "record">;
  readonly reads: Pick<ReconcileReads, "overdue" | "unexpected" | "deadline" | "nextDeadline">;
  readonly signal: AbortSignal;
  /** Between two looks, at least: where one sweep is for all who are silent, they are gathered. */
  readonly gatherMs: number;
  /** Asks for these connections: each by itself, or all of them in one sweep, as the provider can. Never rejects; one report is enough for all. */
  ask(keys: readonly string[]): Promise<readonly SweepReport[]>;
  /** Which of them the provider is known to have no more. */
  gone(keys: readonly string[]): Promise<readonly boolean[]>;
}

/** Deadlines looked at in one round: what falls due together is asked for in so small portions. */
const ROUND = 50;
/** Connections that get their first deadline in one commit. */
const NEW_PAGE = 500;
/** Between two looks, at most: new connections get their deadline by then. */
const LOOK_MS = 30_000;
/** A round that broke or found the provider gone is repeated after this, longer each time. */
const REST_MS_FIRST = 5_000;
const REST_MS_MAX = 300_000;

/**
 * By when a connection has to have had its next event: `everyMs` after the last, and between half and all
 * of the grace, by a share that is the connection's own. So the deadlines of a thousand connections that
 * were all heard of in the same minute do not pass in the same minute.
 */
export function deadlineAfter(
  at: Millis,
  key: string,
  { everyMs, graceMs }: Pick<Expectation, "everyMs" | "graceMs">,
): Millis {
  const share = Number(Bun.hash.xxHash32(key)) / 2 ** 32;
  return Math.ceil(at + everyMs + graceMs * (0.5 + share / 2));
}

/**
 * Notices connections that are silent. Each has a deadline in the journal; an event moves it, but nothing is
 * written then: a deadline that passes is compared with the last event first, and moved if that came since.
 * Only who is silent indeed is asked for, a few at a time. Found something: the next deadline counts from
 * there. Found nothing: a miss, and after so many in a row an alert. A provider that cannot be asked makes
 * no misses; the round is repeated later.
 */
export class Expectations {
  readonly #deps: ExpectationsDeps;
  readonly #source: string;
  readonly #expect: Expectation;
  /** The newest connection that was looked at for its first deadline. */
  #after = 0;
  #failures = 0;
  /** Connections whose alert was raised and that have not been heard of since. */
  readonly #silent = new Set<string>();

  constructor(deps: ExpectationsDeps, source: string, expect: Expectation) {
    this.#deps = deps;
    this.#source = source;
    this.#expect = expect;
  }

  get silent(): number {
    return this.#silent.size;
  }

  /** Until the signal is aborted. Never rejects. */
  async run(): Promise<void> {
    const { clock, log, signal } = this.#deps;
    while (!signal.aborted) {
      let waitMs: number;
      try {
        await this.#welcome();
        const whole = await this.#round();
        this.#failures = whole ? 0 : this.#failures + 1;
        waitMs = whole ? await this.#untilNext() : this.#restMs();
      } catch (error) {
        this.#failures++;
        waitMs = this.#restMs();
        log.warn("deadlines could not be looked at; it is tried again", {
          source: this.#source,
          error: String(error).slice(0, 500),
        });
      }
      await sleep(clock, waitMs, signal);
    }
  }

  #restMs(): number {
    return Math.min(REST_MS_FIRST * 2 ** (this.#failures - 1), REST_MS_MAX);
  }

  async #untilNext(): Promise<number> {
    const next = await this.#deps.reads.nextDeadline(this.#source);
    if (next === null) return LOOK_MS;
    const { clock, gatherMs } = this.#deps;
    return Math.max(Math.min(next - clock.now(), LOOK_MS), gatherMs, 1);
  }

  /** Connections that are new get their first deadline. */
  async #welcome(): Promise<void> {
    const { reads, clock, signal } = this.#deps;
    while (!signal.aborted) {
      const fresh = await reads.unexpected(this.#source, this.#after, NEW_PAGE);
      const last = fresh.at(-1);
      if (last === undefined) return;
      const now = clock.now();
      await this.#record(
        fresh.map(({ key, lastEventAt }) => ({
          key,
          // Silent for long already when the deadline was asked for: not all of them are overdue at once.
          by: Math.max(deadlineAfter(lastEventAt ?? now, key, this.#expect), this.#soonest(key)),
          misses: 0,
        })),
      );
      this.#after = last.number;
    }
  }

  /** Within the coming grace, by the connection's own share. */
  #soonest(key: string): Millis {
    return deadlineAfter(this.#deps.clock.now(), key, { ...this.#expect, everyMs: 0 });
  }

  /** Works off what has passed, portion by portion; `false`: the provider cannot be asked now. */
  async #round(): Promise<boolean> {
    const { reads, clock, signal } = this.#deps;
    for (;;) {
      const overdue = await reads.overdue(this.#source, clock.now(), ROUND);
      if (overdue.length === 0 || signal.aborted) return true;
      const [heard, silent] = this.#parted(overdue);
      for (const { key } of heard) this.#silent.delete(key);
      if (heard.length > 0) await this.#record(heard);
      if (silent.length === 0) continue;
      const reports = await this.#deps.ask(silent.map(({ key }) => key));
      if (signal.aborted) return true;
      if (reports.some(isPassing)) return false;
      await this.#judge(silent);
    }
  }

  /** Who had an event since its deadline was set, with the next one; and who is silent. */
  #parted(overdue: readonly DeadlineRow[]): [Deadline[], DeadlineRow[]] {
    const heard: Deadline[] = [];
    const silent: DeadlineRow[] = [];
    const now = this.#deps.clock.now();
    for (const row of overdue) {
      const by =
        row.lastEventAt === null ? 0 : deadlineAfter(row.lastEventAt, row.key, this.#expect);
      if (by > now) heard.push({ key: row.key, by, misses: 0 });
      else silent.push(row);
    }
    return [heard, silent];
  }

  /** They were asked for: who is still silent has missed its deadline once more. */
  async #judge(asked: readonly DeadlineRow[]): Promise<void> {
    const now = this.#deps.clock.now();
    const rows = await Promise.all(
      asked.map(({ key }) => this.#deps.reads.deadline(this.#source, key)),
    );
    const gone = await this.#deps.gone(asked.map(({ key }) => key));
    const judged: Deadline[] = [];
    for (const [index, { key, lastEventAt }] of asked.entries()) {
      const row = rows[index];
      if (row == null) continue;
      if (gone[index] === true) {
        judged.push({ key, by: null, misses: 0 });
        this.#silent.delete(key);
        continue;
      }
      const spoke = row.lastEventAt !== null && row.lastEventAt !== lastEventAt;
      const misses = spoke ? 0 : row.misses + 1;
      judged.push({ key, by: deadlineAfter(now, key, this.#expect), misses });
      if (spoke) this.#silent.delete(key);
      else if (misses >= this.#expect.alertAfter) this.#alert(key, misses, row.lastEventAt);
    }
    await this.#record(judged);
  }

  /** Once for as long as it is silent. */
  #alert(connection: string, misses: number, lastEventAt: Millis | null): void {
    if (this.#silent.has(connection)) return;
    this.#silent.add(connection);
    this.#deps.log.error(
      "a connection is silent: its deadlines pass, and the provider has nothing new of it",
      {
        code: "missed_expectation",
        source: this.#source,
        connection: connection.slice(0, 200),
        misses,
        lastEventAt: lastEventAt === null ? null : new Date(lastEventAt).toISOString(),
      },
    );
  }

  async #record(deadlines: readonly Deadline[]): Promise<void> {
    const at = this.#deps.clock.now();
    await this.#deps.journal.record({ kind: "expected", at, source: this.#source, deadlines });
  }
}

/** Faults of the provider or of ours, not of the connection that was asked for. */
const isPassing = ({ error }: SweepReport): boolean =>
  error !== null && error.code !== "refused" && error.code !== "unreadable";

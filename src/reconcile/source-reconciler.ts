import { type Millis, sleep } from "../base/clock.ts";
import type { SweepReason } from "../journal/reconciling.ts";
import { neverBegan, newSweepId, type Plan } from "./course.ts";
import { readCursor } from "./cursor.ts";
import { Expectations } from "./expectations.ts";
import { Hints } from "./hints.ts";
import { Known } from "./known.ts";
import type { Asked, SourceReconciling, SweepReport } from "./reconciling.ts";
import { firstSweepMs, nextSweepMs, retrySweepMs } from "./rhythm.ts";
import { Runner, type RunnerDeps } from "./runner.ts";
import type { Past, Subject } from "./subject.ts";

interface Waiting {
  readonly plan: Plan;
  readonly ended: PromiseWithResolvers<SweepReport>;
}

/** Sweeps for unknown connections follow each other no faster, ms. */
const HINT_SWEEP_MS_MIN = 5_000;
/** Sweeps that wait: those of the same wish are one. */
const WAITING_MAX = 16;
const STOP_MS_MAX = 2_000;
/** Silent connections that one sweep will do for are waited for so long, or a quarter of the grace. */
const GATHER_MS_MAX = 300_000;

/**
 * One source's reconciliation. It sweeps one sweep at a time; who asks while one is under way gets the next,
 * together with all others who ask meanwhile, since the one under way may have passed what they ask for.
 *
 * States: `stopped` → `idle` (a timer runs until the next sweep by schedule) → `sweeping` → `idle`, or
 * `resting` when it failed: the timer then runs until the next try. A demand or hint leads from `idle` and `resting` to
 * `sweeping` at once. Any → `stopped`.
 */
export class SourceReconciler {
  readonly #deps: RunnerDeps;
  readonly subject: Subject;
  readonly #past: Past;
  readonly #life = new AbortController();
  readonly #runner: Runner;
  readonly #hints: Hints | null;
  readonly #known: Known | null;
  readonly #expectations: Expectations | null;
  readonly #queue: Waiting[] = [];
  readonly #polls = new Map<string, Asked>();
  #running: Promise<void> | null = null;
  #expecting: Promise<void> = Promise.resolve();
  #failures = 0;
  #nextAt: Millis | null = null;
  #cancel: () => void = () => {};
  #hintedAt = Number.NEGATIVE_INFINITY;
  #hinting = false;

  constructor(deps: RunnerDeps, subject: Subject, past: Past) {
    this.#deps = deps;
    this.subject = subject;
    this.#past = past;
    const { name, recovery, reconcile } = subject;
    const { signal } = this.#life;
    this.#known = recovery.kind === "state" ? new Known(deps, name, recovery) : null;
    this.#runner = new Runner(deps, subject, this.#known, past);
    const newApi = () => this.#runner.newApi(newSweepId(deps.random), signal);
    const hints = { ...deps, signal, newApi, sweep: () => this.#hintSweep() };
    this.#hints =
      this.#known === null || recovery.kind === "list"
        ? null
        : new Hints(hints, this.#known, recovery);
    const ask = (keys: readonly string[]) => this.#askFor(keys);
    const gone = (keys: readonly string[]) => this.#gone(keys);
    const { expect } = reconcile;
    const gatherMs = subject.pollsOne ? 0 : Math.min(GATHER_MS_MAX, (expect?.graceMs ?? 0) / 4);
    const expecting = { ...deps, signal, ask, gone, gatherMs };
    this.#expectations = expect === null ? null : new Expectations(expecting, name, expect);
  }

  /** Begins by itself; never rejects. */
  start(): void {
    void this.#begin();
    if (this.#expectations !== null) this.#expecting = this.#expectations.run();
  }

  /** What is under way is given up; resolves once it has let go, or after two seconds. */
  async stop(): Promise<void> {
    this.#life.abort();
    this.#cancel();
    for (const { plan, ended } of this.#queue.splice(0))
      ended.resolve(neverBegan(plan, this.#deps.clock.now()));
    const over = new AbortController();
    const polls = [...this.#polls.values()].map(({ finished }) => finished);
    await Promise.race([
      Promise.all([this.#running, this.#expecting, this.#hints?.ended(), ...polls]),
      sleep(this.#deps.clock, STOP_MS_MAX, over.signal),
    ]);
    over.abort();
  }

  hinted(key: string | null): void {
    if (!this.#life.signal.aborted) this.#hints?.add(key);
  }

  /** At once, or after the one under way. Those that want the same are one. */
  sweep(why: SweepReason, since: Millis | null = null): Asked {
    const same = this.#queue.find(({ plan }) => plan.since === since) ?? this.#overflow();
    if (same !== undefined) return { id: same.plan.id, finished: same.ended.promise };
    const waiting = {
      plan: this.#plan(why, null, since),
      ended: Promise.withResolvers<SweepReport>(),
    };
    this.#queue.push(waiting);
    this.#pump();
    return { id: waiting.plan.id, finished: waiting.ended.promise };
  }

  /** One connection, by itself where the provider can. While it is under way it is the same for all who ask. */
  poll(key: string, why: SweepReason): Asked {
    const under = this.#polls.get(key);
    if (under !== undefined) return under;
    const plan = this.#plan(why, key, null);
    const finished = this.#runner.run(plan, this.#life.signal).then(({ report, again }) => {
      this.#polls.delete(key);
      for (const each of again) this.hinted(each);
      return report;
    });
    const asked = { id: plan.id, finished };
    this.#polls.set(key, asked);
    return asked;
  }

  state(): SourceReconciling {
    const { name, recovery, account, counts } = this.subject;
    const restMs = account.restMs();
    return {
      source: name,
      lacks: null,
      kind: recovery.kind,
      activity: this.#running !== null ? "sweeping" : this.#failures > 0 ? "resting" : "idle",
      nextAt: this.#nextAt,
      hintsWaiting: this.#hints?.waiting ?? 0,
      calls: counts.calls,
      callsFailed: counts.failed,
      restsUntil: restMs === null ? null : this.#deps.clock.now() + Math.ceil(restMs),
      silent: this.#expectations?.silent ?? 0,
    };
  }

  #plan(why: SweepReason, connection: string | null, since: Millis | null): Plan {
    const id = newSweepId(this.#deps.random);
    return { id, source: this.subject.name, why, connection, since, hinted: NOBODY };
  }

  #overflow(): Waiting | undefined {
    return this.#queue.length < WAITING_MAX ? undefined : this.#queue.at(-1);
  }

  async #begin(): Promise<void> {
    const { reads, clock, random } = this.#deps;
    const { name, reconcile, recovery } = this.subject;
    const cursor = await reads.reconcileState(name).then(
      (state) => readCursor(state.cursor),
      // It cannot be read now: as if it were the first, and the sweep finds out or is tried again.
      () => null,
    );
    const given = { now: clock.now(), everyMs: reconcile.everyMs, cursor };
    const kind = recovery.kind;
    this.#wake(firstSweepMs({ ...given, kind, past: this.#past }, random), "start");
  }

  #wake(delayMs: number | null, why: SweepReason): void {
    this.#cancel();
    if (this.#life.signal.aborted) return;
    this.#nextAt = delayMs === null ? null : this.#deps.clock.now() + Math.round(delayMs);
    if (delayMs === null) return;
    this.#cancel = this.#deps.clock.after(delayMs, () => this.sweep(why));
  }

  #pump(): void {
    if (this.#running !== null || this.#life.signal.aborted) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#cancel();
    this.#nextAt = null;
    this.#running = this.#run(next).finally(() => {
      this.#running = null;
      this.#pump();
    });
  }

  async #run({ plan, ended }: Waiting): Promise<void> {
    const { random } = this.#deps;
    const { reconcile } = this.subject;
    const hinted = this.#hints?.takeUnknown() ?? NOBODY;
    const { report, again } = await this.#runner.run({ ...plan, hinted }, this.#life.signal);
    for (const key of again) this.hinted(key);
    if (report.phase === "done") {
      this.#failures = 0;
      this.#wake(nextSweepMs(reconcile, random), "schedule");
    } else {
      this.#failures++;
      this.#hints?.putBack(hinted);
      this.#wake(retrySweepMs(this.#failures, reconcile, random), plan.why);
    }
    ended.resolve(report);
  }

  /** For connections that nobody knows: one for all that are named until it begins. */
  #hintSweep(): void {
    if (this.#hinting || this.#life.signal.aborted) return;
    // The next try is on its way, and finds them.
    if (this.#failures > 0 && this.#nextAt !== null) return;
    const { clock } = this.#deps;
    this.#hinting = true;
    const rest = Math.max(0, this.#hintedAt + HINT_SWEEP_MS_MIN - clock.monotonic());
    clock.after(rest, () => {
      this.#hinting = false;
      this.#hintedAt = clock.monotonic();
      if (!this.#life.signal.aborted) this.sweep("hint");
    });
  }

  /** Silent connections: each by itself, or all of them by one sweep. */
  async #askFor(keys: readonly string[]): Promise<readonly SweepReport[]> {
    if (!this.subject.pollsOne) return [await this.sweep("deadline").finished];
    const reports: SweepReport[] = [];
    for (const key of keys) {
      if (this.#life.signal.aborted) break;
      const report = await this.poll(key, "deadline").finished;
      reports.push(report);
      // Of a provider that is away the others are not asked for in vain.
      if (report.error?.code === "unavailable") break;
    }
    return reports;
  }

  async #gone(keys: readonly string[]): Promise<readonly boolean[]> {
    if (this.#known === null) return keys.map(() => false);
    return (await this.#known.has(keys)).map((known) => !known);
  }
}

const NOBODY: ReadonlySet<string> = new Set();

import type { Millis } from "../base/clock.ts";
import { err, ok, type Result } from "../base/result.ts";
import { Turnstile } from "../base/turnstile.ts";
import type { Settings } from "../config/settings.ts";
import type { TeamCalls } from "./own.ts";
import type { Asked, ReconcileRefusal, Reconciling, SourceReconciling } from "./reconciling.ts";
import type { RunnerDeps } from "./runner.ts";
import { SourceReconciler } from "./source-reconciler.ts";
import type { Past } from "./subject.ts";
import { Subjects } from "./subjects.ts";

export interface ReconcilerDeps extends RunnerDeps {
  readonly team: TeamCalls;
  readonly past: Past;
}

/**
 * Reconciliation: asks providers for what should have come. One reconciler a source, none of which can
 * hurt another or receiving: whatever breaks in one ends a sweep, which is tried again after a while.
 */
export class Reconciler implements Reconciling {
  readonly #deps: ReconcilerDeps;
  readonly #turnstile = new Turnstile();
  readonly #life = new AbortController();
  readonly #subjects: Subjects;
  /** For how long the journal knows keys: as it was opened, also under a later configuration. */
  readonly #dedupeMs: Millis;
  #settings: Settings;
  #sources = new Map<string, SourceReconciler>();
  /** Why the others are not asked. */
  #lacks = new Map<string, string>();

  constructor(deps: ReconcilerDeps, settings: Settings) {
    this.#deps = deps;
    this.#dedupeMs = settings.dedupeMs;
    this.#settings = settings;
    this.#subjects = new Subjects(deps, this.#life.signal);
  }

  start(): Promise<void> {
    return this.#turnstile.run(() => this.#adopt(this.#settings, this.#deps.past));
  }

  /** A new configuration: sources that did not change go on where they are. */
  reconfigured(settings: Settings): Promise<void> {
    // What was missed before this life is known by now; a source that is new begins with now.
    const past = { lastAliveAt: this.#deps.clock.now(), clean: true };
    return this.#turnstile.run(() => this.#adopt(settings, past));
  }

  /** Within two seconds. */
  async stop(): Promise<void> {
    this.#life.abort();
    await Promise.all([...this.#sources.values()].map((source) => source.stop()));
    this.#sources.clear();
  }

  /** A webhook said that something changed at this connection, or somewhere. */
  hinted(source: string, key: string | null): void {
    this.#sources.get(source)?.hinted(key);
  }

  sweep(
    source: string,
    options: { readonly since?: Millis | undefined } = {},
  ): Result<Asked, ReconcileRefusal> {
    const found = this.#find(source);
    return found.ok ? ok(found.value.sweep("demand", options.since ?? null)) : found;
  }

  poll(source: string, key: string): Result<Asked, ReconcileRefusal> {
    const found = this.#find(source);
    return found.ok ? ok(found.value.poll(key, "demand")) : found;
  }

  states(): readonly SourceReconciling[] {
    return Object.keys(this.#settings.sources).map(
      (name) => this.#sources.get(name)?.state() ?? silent(name, this.#lacks.get(name)),
    );
  }

  #find(source: string): Result<SourceReconciler, ReconcileRefusal> {
    const found = this.#sources.get(source);
    if (found !== undefined) return ok(found);
    if (this.#life.signal.aborted) return err(STOPPED);
    if (!Object.hasOwn(this.#settings.sources, source))
      return err({
        code: "not_found",
        detail: `There is no source "${source}" in the configuration.`,
      });
    const detail = this.#lacks.get(source) ?? STOPPED.detail;
    return err({ code: "not_offered", detail });
  }

  async #adopt(settings: Settings, past: Past): Promise<void> {
    if (this.#life.signal.aborted) return;
    const next = new Map<string, SourceReconciler>();
    const lacks = new Map<string, string>();
    const fresh: SourceReconciler[] = [];
    for (const source of Object.values(settings.sources)) {
      const before = this.#sources.get(source.name);
      const opened = this.#subjects.open(source, { dedupeMs: this.#dedupeMs });
      if (!opened.ok) lacks.set(source.name, opened.error);
      else if (before !== undefined && Bun.deepEquals(before.subject.source, source)) {
        next.set(source.name, before);
      } else {
        const made = new SourceReconciler(this.#deps, opened.value, past);
        next.set(source.name, made);
        fresh.push(made);
      }
    }
    const ended = [...this.#sources.values()].filter(
      (each) => next.get(each.subject.name) !== each,
    );
    await Promise.all(ended.map((each) => each.stop()));
    this.#settings = settings;
    this.#sources = next;
    this.#lacks = lacks;
    if (this.#life.signal.aborted) return;
    for (const each of fresh) each.start();
  }
}

const STOPPED: ReconcileRefusal = {
  code: "stopped",
  detail: "The process is about to end, or takes a new configuration: ask again in a moment.",
};

const silent = (source: string, lacks = STOPPED.detail): SourceReconciling => ({
  source,
  lacks,
  kind: null,
  activity: "idle",
  nextAt: null,
  hintsWaiting: 0,
  calls: 0,
  callsFailed: 0,
  restsUntil: null,
  silent: 0,
});

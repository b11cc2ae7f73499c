import type { Log } from "../base/log.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ReconcileReads } from "../journal/reconciling.ts";
import type { ApiFault, KnownState, StateRecovery } from "../providers/recovery.ts";
import { type Course, requestOf } from "./course.ts";
import { type Cursor, writeCursor } from "./cursor.ts";
import type { Known, Learned, Telling } from "./known.ts";

export interface StateSweepDeps {
  readonly log: Log;
  readonly reads: Pick<ReconcileReads, "snapshotKeys">;
}

const PAGES_MAX = 10_000;
const KEYS_PAGE = 500;
/** Connections that are asked for by name in one sweep because no list has them; the others the next time. */
const MISSING_MAX = 500;

/**
 * Compares the state of all connections with what is known of them. A complete list makes whoever is in
 * none of its pages gone, once a question by name has confirmed it: a list that is short by mistake would
 * otherwise end connections that live. The very first sweep of a source makes a `created` (or whatever its
 * preset calls it) of each connection that there is, so that handlers know them all; these do not count as
 * healed.
 */
export class StateSweep {
  readonly #deps: StateSweepDeps;
  readonly #recovery: StateRecovery;
  readonly #known: Known;
  readonly #course: Course;
  readonly #before: Cursor | null;
  readonly #crossed = new Set<string>();

  constructor(
    deps: StateSweepDeps,
    recovery: StateRecovery,
    known: Known,
    course: Course,
    before: Cursor | null,
  ) {
    this.#deps = deps;
    this.#recovery = recovery;
    this.#known = known;
    this.#course = course;
    this.#before = before;
  }

  /**
   * Journals everything up to and with its last fact. Resolves with the connections that have to be asked
   * for again, because something newer was learned of them meanwhile. Rejects with `JournalRefused` or `ReadRefused`.
   */
  async run(): Promise<Result<readonly string[], ApiFault>> {
    const question = this.#known.ask();
    this.#course.from = this.#before?.to ?? null;
    try {
      const seen = await this.#list(question);
      if (!seen.ok) return seen;
      if (seen.value !== null) {
        const gone = await this.#missing(seen.value);
        if (!gone.ok) return gone;
      }
      await this.#end(question);
      return ok([...this.#crossed]);
    } finally {
      this.#known.closed(question);
    }
  }

  /** The keys of a complete list; `null`: who is in none of its pages may still exist. */
  async #list(question: number): Promise<Result<Set<string> | null, ApiFault>> {
    const { api } = this.#course;
    const seen = new Set<string>();
    let complete = true;
    let page: string | null = null;
    for (let count = 1; ; count++) {
      const listed: Awaited<ReturnType<StateRecovery["list"]>> = await this.#recovery.list(
        page,
        this.#before?.to ?? null,
        api,
      );
      if (!listed.ok) return listed;
      const { states, next } = listed.value;
      complete &&= listed.value.complete;
      for (const { key } of states) seen.add(key);
      for (const [origin, part] of this.#parted(states)) {
        this.#note(await this.#known.learn(part, this.#telling(question, origin), () => []));
      }
      if (next === null) return ok(complete ? seen : null);
      if (next === page || count === PAGES_MAX) return err(endless);
      page = next;
    }
  }

  /** Known, and in no page: asked for by name. */
  async #missing(seen: ReadonlySet<string>): Promise<Result<null, ApiFault>> {
    const { plan, api, signal } = this.#course;
    let asked = 0;
    let after = "";
    for (;;) {
      const keys = await this.#deps.reads.snapshotKeys(plan.source, after, KEYS_PAGE);
      for (const key of keys) {
        if (seen.has(key)) continue;
        if (signal.aborted) return err({ code: "aborted", detail: "The sweep was stopped." });
        if (++asked > MISSING_MAX) return ok(this.#tooMany());
        const question = this.#known.ask();
        try {
          const state = await this.#recovery.fetch(key, api);
          if (!state.ok) return state;
          const told = [{ key, state: state.value }];
          this.#note(await this.#known.learn(told, this.#telling(question), () => []));
        } finally {
          this.#known.closed(question);
        }
      }
      const last = keys.at(-1);
      if (last === undefined || keys.length < KEYS_PAGE) return ok(null);
      after = last;
    }
  }

  #end(question: number): Promise<Learned> {
    const { to } = this.#course;
    const cursor = writeCursor({ to, kept: null });
    return this.#known.learn([], this.#telling(question), () => [
      this.#course.swept("done", cursor),
    ]);
  }

  #note({ found, recovered, crossed }: Learned): void {
    this.#course.found += found;
    this.#course.recovered += recovered;
    for (const key of crossed) this.#crossed.add(key);
  }

  /** What a webhook has named, and what it has not. */
  #parted(states: readonly KnownState[]): [Telling["origin"], readonly KnownState[]][] {
    const { hinted } = this.#course.plan;
    if (hinted.size === 0) return [["poll", states]];
    const named = states.filter(({ key }) => hinted.has(key));
    return [
      ["webhook", named],
      ["poll", states.filter((state) => !named.includes(state))],
    ];
  }

  #telling(asked: number, origin: Telling["origin"] = "poll"): Telling {
    const { plan, api } = this.#course;
    const missed = origin === "poll" && this.#before !== null;
    const request = requestOf(api.last);
    return { at: this.#course.now(), asked, request, origin, sweep: missed ? plan.id : null };
  }

  #tooMany(): null {
    this.#deps.log.warn(
      "the provider's list lacks very many connections that are known; the others are asked for in the next sweep",
      { source: this.#course.plan.source, asked: MISSING_MAX },
    );
    return null;
  }
}

const endless: ApiFault = {
  code: "unreadable",
  detail: `The list of connections does not end: its pages repeat, or there are more than ${PAGES_MAX}.`,
};

import type { Database } from "bun:sqlite";
import type { Answer, Ask, AskFault, HttpClient } from "../../src/base/http/client.ts";
import type { Log, LogFields } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { err, ok, type Result } from "../../src/base/result.ts";
import type { ReconcileSettings, SourceSettings } from "../../src/config/settings.ts";
import { SourceTable } from "../../src/ingress/sources.ts";
import { Door } from "../../src/ingress/split.ts";
import type { Appended, Fact, Intake } from "../../src/journal/facts.ts";
import { JournalRefused, type Posted } from "../../src/journal/journal.ts";
import type { EventRow } from "../../src/journal/rows.ts";
import { providerDeps } from "../../src/providers/deps.ts";
import type { Recovery } from "../../src/providers/recovery.ts";
import { Account } from "../../src/reconcile/calls/account.ts";
import { SourceReconciler } from "../../src/reconcile/source-reconciler.ts";
import type { Past, Subject } from "../../src/reconcile/subject.ts";
import { InlineJournal, openMemoryLog } from "./inline-journal.ts";
import { noEndpoints } from "./no-endpoints.ts";
import { eventSettings, settings, sourceSettings } from "./settings.ts";
import { SimClock } from "./sim-clock.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const reconcileSettings = (given: Partial<ReconcileSettings> = {}): ReconcileSettings => ({
  everyMs: 15 * 60_000,
  overlapMs: 60_000,
  expect: null,
  concurrency: 4,
  perSecond: 100,
  list: false,
  fetch: false,
  ...given,
});

export const pointers = eventSettings({
  id: "/id",
  type: "/type",
  connection: "/account",
  occurredAt: "/at",
});

/** Commits whose answer is lost, or that are refused, by the test's choice. */
export interface Commits {
  /** Called before each; throws to refuse it. */
  before(facts: readonly Fact[]): void;
  /** Called after each; throws to lose its answer. */
  after(facts: readonly Fact[]): void;
}

/** One reconciler over the real log and projection, with time and provider driven by hand; it may die and live again. */
export class ReconcileWorld {
  readonly clock = new SimClock();
  readonly random = seededRandom(7);
  readonly posted: Posted[] = [];
  readonly lines: [level: string, message: string, fields: LogFields][] = [];
  readonly facts: Fact[] = [];
  readonly commits: Commits = { before: () => undefined, after: () => undefined };
  readonly log: Database = openMemoryLog();
  readonly source: SourceSettings;
  store: InlineJournal;
  reconciler: SourceReconciler;
  readonly #recovery: Recovery;
  readonly #reconcile: ReconcileSettings;

  constructor(
    recovery: Recovery,
    reconcile: ReconcileSettings = reconcileSettings(),
    given: Partial<SourceSettings> = {},
  ) {
    this.#recovery = recovery;
    this.#reconcile = reconcile;
    this.source = sourceSettings({ name: "bank", event: pointers, reconcile, ...given });
    this.store = this.#open();
    this.reconciler = this.#newReconciler({ lastAliveAt: null, clean: true });
  }

  #open(): InlineJournal {
    return new InlineJournal(this.clock, { log: this.log });
  }

  /** As after a `kill -9` and a start: only the log is left. */
  async reborn(past: Partial<Past> = {}): Promise<void> {
    await Promise.all([this.reconciler.stop(), this.clock.advance(0)]);
    this.store = this.#open();
    const alive = { lastAliveAt: this.clock.now(), clean: false, ...past };
    this.reconciler = this.#newReconciler(alive);
  }

  #newReconciler(past: Past): SourceReconciler {
    const { clock, random, store } = this;
    const fetch = async (): Promise<Response> => Response.error();
    const providers = providerDeps({ clock, fetch });
    const sources = new SourceTable(settings([this.source]), { clock, providers });
    const journal = this.#faulty();
    const door = new Door({
      sources,
      journal,
      post: (posted) => void this.posted.push(...posted),
      fanOut: noEndpoints,
    });
    const subject: Subject = {
      name: this.source.name,
      source: this.source,
      reconcile: this.#reconcile,
      recovery: this.#recovery,
      account: new Account(clock, random, this.#reconcile),
      counts: { calls: 0, failed: 0 },
      login: null,
      pollsOne: this.#recovery.kind === "state",
      dedupeMs: 30 * DAY_MS,
    };
    const { sessions } = providers;
    const reads = store.reads;
    const deps = { clock, random, log: this.#noting(), http: nobody, sessions };
    return new SourceReconciler({ ...deps, journal, door, reads }, subject, past);
  }

  #faulty() {
    const { store, commits } = this;
    const around = async <T>(facts: readonly Fact[], commit: () => Promise<T>): Promise<T> => {
      commits.before(facts);
      const answer = await commit();
      this.facts.push(...facts);
      commits.after(facts);
      return answer;
    };
    return {
      append: (intake: Intake): Promise<readonly Appended[]> =>
        around([], () => store.journal.append(intake)),
      record: (fact: Fact) => around([fact], () => store.journal.record(fact)),
      appendTogether: (intakes: readonly Intake[], facts: readonly Fact[]) =>
        around(facts, () => store.journal.appendTogether(intakes, facts)),
    };
  }

  #noting(): Log {
    const at =
      (level: string) =>
      (message: string, fields: LogFields = {}): void =>
        void this.lines.push([level, message, fields]);
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }

  async start(): Promise<void> {
    this.reconciler.start();
    await this.clock.advance(1);
  }

  /** As a webhook brings it. */
  async webhook(payload: unknown): Promise<void> {
    const { journal } = this.store;
    const providers = providerDeps({ clock: this.clock, fetch: async () => Response.error() });
    const sources = new SourceTable(settings([this.source]), { clock: this.clock, providers });
    const door = new Door({ sources, journal, post: () => undefined, fanOut: noEndpoints });
    const request = { method: "POST", url: "/in/bank", peer: "", headers: [] };
    const finding = { at: this.clock.now(), request, origin: "webhook", sweep: null } as const;
    const body = Buffer.from(JSON.stringify(payload));
    const intake = door.split(
      "bank",
      { headers: { "content-type": "application/json" }, body },
      finding,
    );
    if (!intake.ok) throw new Error(intake.error);
    await Promise.all([journal.append(intake.value), this.clock.settle()]);
  }

  /** Every event, oldest first. */
  events(): EventRow[] {
    this.store.catchUp();
    const rows: EventRow[] = [];
    let cursor: string | null = null;
    do {
      const page = this.store.now.events({}, { limit: 200, cursor });
      rows.push(...page.rows);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows.reverse();
  }

  payload(row: EventRow): unknown {
    return JSON.parse(Buffer.from(this.store.now.event(row.id)?.body ?? []).toString());
  }

  /** `swept` facts that were journaled, in order. */
  swept() {
    return this.facts.flatMap((fact) => (fact.kind === "swept" ? [fact] : []));
  }
}

export const refusal = (): JournalRefused => new JournalRefused("disk_full", "no room, on demand");

const nobody: HttpClient = {
  ask: async () => err({ code: "connect_failed", detail: "nobody is there" }),
};

export type Reply = Result<Answer, AskFault>;

/** A server of lists and functions: answers what the test says, and remembers what it was asked. */
export class ScriptedHttp implements HttpClient {
  readonly asked: Ask[] = [];
  readonly replies: (Reply | Promise<Reply>)[] = [];
  standard: Reply = reply(200, {});

  async ask(ask: Ask): Promise<Reply> {
    this.asked.push(ask);
    return this.replies.shift() ?? this.standard;
  }
}

export const reply = (
  status: number,
  json: unknown = {},
  headers: readonly (readonly [string, string])[] = [],
): Reply => ok({ status, headers, body: Buffer.from(JSON.stringify(json)), truncated: false });

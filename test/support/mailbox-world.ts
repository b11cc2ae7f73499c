import type { Seq } from "../../src/base/ids.ts";
import { noLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import type { EventFact, Intake } from "../../src/journal/facts.ts";
import type { Journal, MailboxReads, Posted } from "../../src/journal/journal.ts";
import type { FanOut } from "../../src/journal/sending.ts";
import type { Handlers, Job, Outcome } from "../../src/mailbox/handlers.ts";
import { Roster } from "../../src/mailbox/roster.ts";
import type { Entry } from "./ledger-rows.ts";
import { loadedEvent, MemoryJournal } from "./memory-journal.ts";
import { noEndpoints } from "./no-endpoints.ts";
import { sourceSettings } from "./settings.ts";
import { SimClock } from "./sim-clock.ts";

type Step = (name: string, result: string) => Promise<void>;
type Respond = (job: Job, stepped: Step) => Outcome | Promise<Outcome>;

export const completed = (state: string | null = null): Outcome => ({
  kind: "completed",
  state,
  emitted: [],
});
export const threw = (message = "no"): Outcome => ({
  kind: "threw",
  error: { code: "threw", message },
});

/** Handlers that answer by a function, and remember every run. */
export class ScriptedHandlers implements Handlers {
  readonly runs: Job[] = [];
  respond: Respond = () => completed();

  async run(job: Job, stepped: Step): Promise<Outcome> {
    this.runs.push(job);
    return this.respond(job, stepped);
  }

  /** Events handled, as the numbers of their dedupe keys. */
  get order(): string[] {
    return this.runs.map((job) => job.event.fact.dedupeKey);
  }
}

/** A roster on a journal in memory, with a clock that is driven by hand. */
export class MailboxWorld {
  readonly clock = new SimClock();
  readonly journal = new MemoryJournal();
  readonly handlers = new ScriptedHandlers();
  sources: Record<string, SourceSettings>;
  roster: Roster;
  #next = 0;
  fanOut: FanOut = noEndpoints;

  constructor(
    settings: Partial<SourceSettings> = {},
    faulty: { journal?: Pick<Journal, "record">; reads?: MailboxReads } = {},
  ) {
    this.sources = { bank: bankSettings(settings) };
    this.roster = this.newRoster(faulty);
  }

  newRoster(faulty: { journal?: Pick<Journal, "record">; reads?: MailboxReads } = {}): Roster {
    return new Roster({
      clock: this.clock,
      random: seededRandom(1),
      log: noLog,
      journal: faulty.journal ?? this.journal,
      reads: faulty.reads ?? this.journal,
      handlers: this.handlers,
      fanOut: this.fanOut,
      source: (name) => this.sources[name],
    });
  }

  /** Journals one event of a connection (`null`: alone), without posting it. */
  journaled(key: string | null, changes: Partial<EventFact> = {}): Entry {
    const [appended] = this.journal.ledger.append(
      intakeOf([eventFact(`${++this.#next}`, key, changes)], this.clock.now()),
    );
    const entry = appended === undefined ? undefined : this.journal.ledger.events.get(appended.seq);
    if (entry === undefined) throw new Error("nothing was appended");
    return entry;
  }

  /** Journals and posts one event. */
  receive(key: string | null, changes: Partial<EventFact> = {}): Entry {
    const entry = this.journaled(key, changes);
    this.roster.post([postedOf(entry)]);
    return entry;
  }

  status(at: Seq): string | undefined {
    return this.journal.ledger.events.get(at)?.status;
  }
}

/** Retries after 1, 2, 4, 8 s exactly. */
export function bankSettings(changes: Partial<SourceSettings> = {}): SourceSettings {
  const retry = { ...sourceSettings().retry, jitter: "none" as const, maxMs: 16_000 };
  return sourceSettings({ name: "bank", retry, ...changes });
}

export function eventFact(
  dedupeKey: string,
  connection: string | null,
  changes: Partial<EventFact> = {},
): EventFact {
  return {
    dedupeKey,
    type: "t",
    connection,
    occurredAt: null,
    sequence: null,
    range: null,
    ...changes,
  };
}

export function intakeOf(events: readonly EventFact[], at: number): Intake {
  const request = { method: "POST", url: "/in/bank", peer: "127.0.0.1", headers: [] };
  const body = new TextEncoder().encode("{}");
  return { source: "bank", origin: "webhook", at, events, request, body, settled: false };
}

export function postedOf(entry: Entry): Posted {
  const { source } = entry.intake;
  const key = entry.fact.connection;
  const ref = key === null ? null : { source, key };
  return { source, ref, seq: entry.seq, loaded: loadedEvent(entry, entry.seq) };
}

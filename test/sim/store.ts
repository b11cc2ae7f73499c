import type { EventId, Seq } from "../../src/base/ids.ts";
import type {
  Appended,
  ConnectionRef,
  EventStatus,
  Fact,
  Intake,
} from "../../src/journal/facts.ts";
import type { ConnectionView, MailboxReads, WorkItem } from "../../src/journal/journal.ts";
import { Ledger } from "../support/ledger.ts";
import type { DeskReads } from "../support/mailbox-desk.ts";
import { MemoryJournal } from "../support/memory-journal.ts";
import { MemoryReads } from "../support/memory-reads.ts";

/** A journal that outlives the simulated process: what it has committed is the truth. */
export interface Store {
  append(intake: Intake): readonly Appended[];
  record(fact: Fact): Seq;
  view(ref: ConnectionRef): ConnectionView;
  /** The unsettled item of an event; `null` when it is settled. */
  item(event: Seq): WorkItem | null;
  steps(event: Seq, position: Seq): readonly string[];
  status(id: EventId): EventStatus | null;
  readonly reads: MailboxReads & DeskReads;
}

export class MemoryStore implements Store {
  readonly ledger = new Ledger();
  readonly reads: MailboxReads & DeskReads;
  readonly #journal = new MemoryJournal(this.ledger);

  constructor() {
    const journal = this.#journal;
    const operators = new MemoryReads(this.ledger);
    this.reads = {
      view: (refs, limit) => journal.view(refs, limit),
      waiting: (ref, after, limit) => journal.waiting(ref, after, limit),
      ready: (after, limit) => journal.ready(after, limit),
      due: (now, limit) => journal.due(now, limit),
      load: (items) => journal.load(items),
      events: (filter, page) => operators.events(filter, page),
      event: (id) => operators.event(id),
      count: (filter, upTo, atMost) => operators.count(filter, upTo, atMost),
      oldest: (filter, after, upTo, limit) => operators.oldest(filter, after, upTo, limit),
      connection: (ref) => operators.connection(ref),
      job: (id) => operators.job(id),
      runningJobs: () => operators.runningJobs(),
    };
  }

  append(intake: Intake): readonly Appended[] {
    return this.ledger.append(intake);
  }

  record(fact: Fact): Seq {
    return this.ledger.record(fact);
  }

  view(ref: ConnectionRef): ConnectionView {
    return this.#journal.viewNow(ref, Number.POSITIVE_INFINITY);
  }

  item(event: Seq): WorkItem | null {
    const entry = this.ledger.events.get(event);
    if (entry === undefined || entry.status !== "pending") return null;
    return { ...entry, event: entry.seq };
  }

  steps(event: Seq, position: Seq): readonly string[] {
    const entry = this.ledger.events.get(event);
    return entry?.position === position ? entry.steps.map((step) => step.name) : [];
  }

  status(id: EventId): EventStatus | null {
    for (const entry of this.ledger.events.values()) if (entry.id === id) return entry.status;
    return null;
  }
}

import { type EventId, eventId, type Seq, seq } from "../../src/base/ids.ts";
import {
  type Batch,
  factEntry,
  intakeEntry,
  packBatch,
  unpackBatch,
} from "../../src/journal/batch.ts";
import { DedupeIndex } from "../../src/journal/dedupe.ts";
import type {
  Appended,
  ConnectionRef,
  EventStatus,
  Fact,
  Intake,
} from "../../src/journal/facts.ts";
import type { ConnectionView, MailboxReads, WorkItem } from "../../src/journal/journal.ts";
import { LogWriter } from "../../src/journal/log-writer.ts";
import { Projection } from "../../src/journal/projection/projection.ts";
import { type AllReads, openReads, type Synchronous } from "../../src/journal/reads/reader.ts";
import { DEDUPE_MS, openIndex, openMemoryLog } from "../support/inline-journal.ts";
import type { DeskReads } from "../support/mailbox-desk.ts";
import type { SimClock } from "../support/sim-clock.ts";
import type { Store } from "./store.ts";

const RUN = 1;
const EVERYTHING = 1_000_000;

/** The real log, projection and reads, on one thread and in memory. */
export class InlineStore implements Store {
  readonly reads: MailboxReads & DeskReads;
  readonly #log = openMemoryLog();
  readonly #index = openIndex();
  readonly #dedupe = new DedupeIndex(this.#log, this.#index, DEDUPE_MS);
  readonly #projection = new Projection(this.#index, this.#log);
  readonly #writer = new LogWriter(this.#log, this.#dedupe, RUN);
  readonly #now: Synchronous<AllReads>;

  constructor(clock: SimClock) {
    const now = openReads(this.#index, this.#log, clock);
    this.#now = now;
    this.reads = {
      view: async (refs, limit) => now.view(refs, limit),
      waiting: async (ref, after, limit) => now.waiting(ref, after, limit),
      ready: async (after, limit) => now.ready(after, limit),
      due: async (at, limit) => now.due(at, limit),
      load: async (items) => now.load(items),
      events: async (filter, page) => now.events(filter, page),
      event: async (id) => now.event(id),
      count: async (filter, upTo, atMost) => now.count(filter, upTo, atMost),
      oldest: async (filter, after, upTo, limit) => now.oldest(filter, after, upTo, limit),
      connection: async (ref) => now.connection(ref),
      job: async (id) => now.job(id),
      runningJobs: async () => now.runningJobs(),
    };
  }

  append(intake: Intake): readonly Appended[] {
    const numbers = this.#commit(packBatch([intakeEntry(intake)]));
    let figure = 1;
    return intake.events.map((_, index) => {
      const original = numbers[figure++] ?? 0;
      const run = original === 0 ? RUN : (numbers[figure++] ?? 0);
      const at = seq(original === 0 ? (numbers[0] ?? 0) + index : original);
      return { id: eventId(at, run), seq: at, duplicate: original !== 0 };
    });
  }

  record(fact: Fact): Seq {
    return seq(this.#commit(packBatch([factEntry(fact)]))[0] ?? 0);
  }

  /** Committed and applied at once: how far the projection may lag is the readers' own affair. */
  #commit(batch: Batch): Float64Array {
    unpackBatch(batch);
    this.#dedupe.applied(this.#projection.applied);
    const reply = this.#writer.commit(batch);
    if (!reply.ok) throw new Error(reply.detail);
    while (this.#projection.step(7) > 0);
    return reply.numbers;
  }

  view(ref: ConnectionRef): ConnectionView {
    const [view] = this.#now.view([ref], EVERYTHING);
    if (view === undefined) throw new Error("a view was not answered");
    return view;
  }

  item(event: Seq): WorkItem | null {
    const detail = this.#now.event(eventId(event, RUN));
    if (detail === null || detail.status !== "pending") return null;
    const { source, connection } = detail;
    const items =
      connection === null ? this.#alone() : this.view({ source, key: connection }).items;
    return items.find((item) => item.event === event) ?? null;
  }

  #alone(): readonly WorkItem[] {
    const { units } = this.#now.ready(seq(0), EVERYTHING);
    const due = this.#now.due(Number.MAX_SAFE_INTEGER, EVERYTHING);
    return [...units, ...due].flatMap((unit) => (unit.kind === "alone" ? [unit.item] : []));
  }

  steps(event: Seq, position: Seq): readonly string[] {
    const [loaded] = this.#now.load([{ event, position }]);
    return loaded?.steps.map(([name]) => name) ?? [];
  }

  status(id: EventId): EventStatus | null {
    return this.#now.event(id)?.status ?? null;
  }
}

import type { Millis } from "../../src/base/clock.ts";
import type { Seq } from "../../src/base/ids.ts";
import { seq } from "../../src/base/ids.ts";
import type { Appended, ConnectionRef, Fact, Intake } from "../../src/journal/facts.ts";
import type {
  ConnectionView,
  Journal,
  JournalRefused,
  LoadedEvent,
  MailboxReads,
  Unit,
  WorkItem,
} from "../../src/journal/journal.ts";
import { Ledger } from "./ledger.ts";
import type { Account, Entry } from "./ledger-rows.ts";

/** The journal in memory: commits at once, reads the truth. The reference for what a real one answers. */
export class MemoryJournal implements Journal, MailboxReads {
  readonly ledger: Ledger;

  constructor(ledger: Ledger = new Ledger()) {
    this.ledger = ledger;
  }

  async append(intake: Intake): Promise<readonly Appended[]> {
    return this.ledger.append(intake);
  }

  async record(fact: Fact): Promise<Seq> {
    return this.ledger.record(fact);
  }

  async appendTogether(
    intakes: readonly Intake[],
    facts: readonly Fact[],
  ): Promise<readonly (readonly Appended[])[]> {
    const answers = intakes.map((intake) => this.ledger.append(intake));
    for (const fact of facts) this.ledger.record(fact);
    return answers;
  }

  pressure(): JournalRefused["code"] | null {
    return null;
  }

  async view(refs: readonly ConnectionRef[], limit: number): Promise<readonly ConnectionView[]> {
    return refs.map((ref) => this.viewNow(ref, limit));
  }

  viewNow(ref: ConnectionRef, limit: number): ConnectionView {
    const account = this.ledger.account(ref);
    return {
      status: account?.status ?? "active",
      state: account?.state ?? null,
      newest: account?.newest ?? { occurredAt: null, sequence: null },
      restarts: account === null ? [] : [...account.restartLog],
      ...this.#items(account, seq(0), limit),
    };
  }

  async waiting(
    ref: ConnectionRef,
    after: Seq,
    limit: number,
  ): ReturnType<MailboxReads["waiting"]> {
    return this.#items(this.ledger.account(ref), after, limit);
  }

  #items(
    account: Account | null,
    after: Seq,
    limit: number,
  ): { items: WorkItem[]; more: boolean; upTo: Seq } {
    const all = [...(account?.queue.values() ?? [])].filter((entry) => entry.position > after);
    return {
      items: all.slice(0, limit).map(workItem),
      more: all.length > limit,
      upTo: this.ledger.last,
    };
  }

  async ready(after: Seq, limit: number): ReturnType<MailboxReads["ready"]> {
    const units = this.#units(
      (account) => account.readySeq,
      (entry) => (entry.dueAt === null ? entry.position : null),
    );
    const later = units.filter(({ order }) => order > after).slice(0, limit);
    return { units: later.map(({ unit }) => unit), upTo: this.ledger.last };
  }

  async due(now: Millis, limit: number): Promise<readonly Unit[]> {
    const over = (dueAt: Millis | null, since: Millis | null): number | null =>
      dueAt !== null && (dueAt <= now || (since ?? now) > now) ? dueAt : null;
    const units = this.#units(
      (account) => over(account.wakeAt, account.sleepsSince),
      (entry) => over(entry.dueAt, entry.waitingSince),
    );
    return units.slice(0, limit).map(({ unit }) => unit);
  }

  /** All units that have a number by the given rules, ordered by it. */
  #units(
    ofAccount: (account: Account) => number | null,
    ofAlone: (entry: Entry) => number | null,
  ): { unit: Unit; order: number }[] {
    const units: { unit: Unit; order: number }[] = [];
    for (const account of this.ledger.connections.values()) {
      const order = ofAccount(account);
      const readySeq = account.readySeq ?? seq(0);
      if (order !== null)
        units.push({ unit: { kind: "connection", ref: account.ref, readySeq }, order });
    }
    for (const entry of this.ledger.work.values()) {
      const order = entry.fact.connection === null ? ofAlone(entry) : null;
      if (order === null) continue;
      const { source } = entry.intake;
      units.push({
        unit: { kind: "alone", source, item: workItem(entry), readySeq: entry.position },
        order,
      });
    }
    return units.sort((a, b) => a.order - b.order);
  }

  async load(items: Parameters<MailboxReads["load"]>[0]): Promise<readonly LoadedEvent[]> {
    return items.map(({ event, position }) => loadedEvent(this.#entry(event), position));
  }

  #entry(event: Seq): Entry {
    const entry = this.ledger.events.get(event);
    if (entry === undefined) throw new Error(`no event at ${event}`);
    return entry;
  }
}

const workItem = (entry: Entry): WorkItem => ({
  position: entry.position,
  event: entry.seq,
  counted: entry.counted,
  attempts: entry.attempts,
  dueAt: entry.dueAt,
  waitingSince: entry.waitingSince,
});

export function loadedEvent(entry: Entry, position: Seq): LoadedEvent {
  const { intake, fact } = entry;
  const steps = entry.position === position ? entry.steps : [];
  return {
    id: entry.id,
    seq: entry.seq,
    source: intake.source,
    fact: { ...fact, origin: intake.origin, receivedAt: intake.at, trace: intake.trace ?? null },
    request: intake.request,
    body: ownBytes(intake.body, fact.range),
    steps: steps.map((step) => [step.name, step.result] as const),
  };
}

export function ownBytes(body: Uint8Array, range: readonly [number, number] | null): Uint8Array {
  return range === null ? body : body.subarray(range[0], range[0] + range[1]);
}

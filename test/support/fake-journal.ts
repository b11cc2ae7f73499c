import { type EventId, eventId, type Seq, seq } from "../../src/base/ids.ts";
import type { Appended, Fact, Intake } from "../../src/journal/facts.ts";
import { type Journal, JournalRefused } from "../../src/journal/journal.ts";

/** A journal of arrays and a map: what receiving needs of one, with failures on demand. */
export class FakeJournal implements Journal {
  readonly intakes: Intake[] = [];
  readonly facts: Fact[] = [];
  /** What `pressure` answers. */
  pressed: JournalRefused["code"] | null = null;
  /** What `append` rejects with, until it is `null` again. */
  failure: Error | null = null;
  readonly #known = new Map<string, { id: EventId; seq: Seq }>();
  #last = 0;

  append(intake: Intake): Promise<readonly Appended[]> {
    if (this.failure !== null) return Promise.reject(this.failure);
    this.intakes.push(intake);
    return Promise.resolve(
      intake.events.map((event) => this.#place(intake.source, event.dedupeKey)),
    );
  }

  record(fact: Fact): Promise<Seq> {
    if (this.failure !== null) return Promise.reject(this.failure);
    this.facts.push(fact);
    return Promise.resolve(seq(++this.#last));
  }

  async appendTogether(
    intakes: readonly Intake[],
    facts: readonly Fact[],
  ): Promise<readonly (readonly Appended[])[]> {
    if (this.failure !== null) throw this.failure;
    const answers = await Promise.all(intakes.map((intake) => this.append(intake)));
    await Promise.all(facts.map((fact) => this.record(fact)));
    return answers;
  }

  pressure(): JournalRefused["code"] | null {
    return this.pressed;
  }

  refuse(code: JournalRefused["code"]): void {
    this.failure = new JournalRefused(code, `refused on demand: ${code}`);
  }

  #place(source: string, dedupeKey: string): Appended {
    const key = JSON.stringify([source, dedupeKey]);
    const known = this.#known.get(key);
    if (known !== undefined) return { ...known, duplicate: true };
    const at = seq(++this.#last);
    const placed = { id: eventId(at, 1), seq: at };
    this.#known.set(key, placed);
    return { ...placed, duplicate: false };
  }
}

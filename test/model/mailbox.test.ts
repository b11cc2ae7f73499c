import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Seq, seq } from "../../src/base/ids.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type { WorkItem } from "../../src/journal/journal.ts";
import { type Item, isDue } from "../../src/mailbox/item.ts";
import { Mailbox, type MailboxOrder } from "../../src/mailbox/mailbox.ts";

type Step =
  /** So many events are journaled; each is posted now, or once the next step is done. */
  | { readonly do: "receive"; readonly count: number; readonly late: boolean }
  /** The page that is on its way is read from the journal now. */
  | { readonly do: "read" }
  | { readonly do: "land" }
  | { readonly do: "fail" }
  | { readonly do: "work"; readonly retryMs: number | null }
  | { readonly do: "skip"; readonly pick: number }
  | { readonly do: "retry now" }
  | { readonly do: "pass"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("receive" as const),
      count: fc.integer({ min: 1, max: 40 }),
      late: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "read" as const }) },
  { weight: 3, arbitrary: fc.constant({ do: "land" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "fail" as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("work" as const),
      retryMs: fc.option(fc.nat({ max: 50 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("skip" as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ do: "retry now" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      ms: fc.integer({ min: -20, max: 40 }),
    }),
  },
);

interface Page {
  readonly items: WorkItem[];
  readonly more: boolean;
  readonly upTo: Seq;
}

/** A mailbox beside the plain array of what is unsettled. */
class Pair {
  readonly #order: MailboxOrder;
  readonly #mailbox: Mailbox;
  #unsettled: WorkItem[] = [];
  #unposted: Item[] = [];
  #last = 0;
  #now = 0;
  #asked: { after: Seq; limit: number } | null = null;
  #page: Page | null = null;
  taken = 0;

  constructor(order: MailboxOrder) {
    this.#order = order;
    this.#mailbox = new Mailbox(
      () => order,
      () => undefined,
    );
  }

  do(step: Step): void {
    const late = this.#unposted;
    this.#unposted = [];
    // The journal answers in order: a post comes before an operator could have changed its event.
    const operator = step.do === "skip" || step.do === "retry now";
    if (!operator) this.#apply(step);
    for (const item of late) this.#mailbox.post(item);
    if (operator) this.#apply(step);
    expect(this.#mailbox.size).toBeLessThanOrEqual(LIMITS.MAILBOX_POSITIONS_MAX + 1);
  }

  #apply(step: Step): void {
    switch (step.do) {
      case "receive":
        return this.#receive(step.count, step.late);
      case "read":
        if (this.#asked !== null) this.#page ??= this.#read(this.#asked);
        return;
      case "land":
        return this.#land();
      case "fail":
        return this.#fail();
      case "work":
        return this.#work(step.retryMs);
      case "skip":
        return this.#skip(step.pick);
      case "retry now":
        this.#unsettled = this.#unsettled.map((item) => ({ ...item, dueAt: null }));
        return this.#mailbox.clearWaits(seq(++this.#last));
      case "pass":
        this.#now += step.ms;
    }
  }

  #receive(count: number, late: boolean): void {
    for (let n = 0; n < count; n++) {
      const position = seq(++this.#last);
      const item = {
        position,
        event: position,
        counted: 0,
        attempts: 0,
        dueAt: null,
        waitingSince: null,
      };
      this.#unsettled.push(item);
      if (late) this.#unposted.push({ ...item, loaded: null });
      else this.#mailbox.post({ ...item, loaded: null });
    }
  }

  #read({ after, limit }: { after: Seq; limit: number }): Page {
    const later = this.#unsettled.filter((item) => item.position > after);
    return { items: later.slice(0, limit), more: later.length > limit, upTo: seq(this.#last) };
  }

  #land(): void {
    if (this.#page === null) return;
    this.#mailbox.land(this.#page, this.#now);
    this.#page = null;
    this.#asked = null;
  }

  #fail(): void {
    if (this.#asked === null) return;
    this.#mailbox.unanswered();
    this.#page = null;
    this.#asked = null;
  }

  #work(retryMs: number | null): void {
    if (this.#asked !== null) return;
    const item = this.#mailbox.take(this.#now);
    if (item === null) {
      if (this.#mailbox.starved) this.#asked = this.#mailbox.ask();
      return;
    }
    this.taken++;
    this.#check(item);
    if (retryMs === null)
      this.#unsettled = this.#unsettled.filter((known) => known.position !== item.position);
    else this.#retryLater(item, this.#now + retryMs);
  }

  #retryLater(item: Item, dueAt: number): void {
    const { position } = item;
    const wait = { dueAt, waitingSince: this.#now };
    this.#unsettled = this.#unsettled.map((known) =>
      known.position === position ? { ...known, ...wait } : known,
    );
    this.#mailbox.putBack({ ...item, ...wait, loaded: null }, this.#now, seq(++this.#last));
  }

  /** What is taken is unsettled, due, and overtakes nothing that it must not overtake. */
  #check(item: Item): void {
    const place = this.#unsettled.findIndex((known) => known.position === item.position);
    const known = this.#unsettled[place];
    expect(known !== undefined && isDue(known, this.#now)).toBe(true);
    const before = this.#unsettled.slice(0, place);
    const overtaken =
      this.#order === "strict" ? before : before.filter(({ dueAt }) => dueAt === null);
    expect(overtaken).toEqual([]);
  }

  #skip(pick: number): void {
    const item = this.#unsettled[pick % Math.max(1, this.#unsettled.length)];
    if (item === undefined) return;
    this.#unsettled = this.#unsettled.filter((known) => known !== item);
    this.#mailbox.drop(item.event);
  }

  /** Everything is worked off once nothing new comes; what waits is waited for as the mailbox says. */
  drain(): void {
    this.do({ do: "pass", ms: 0 });
    for (let turn = 0; turn < 10_000 && this.#unsettled.length > 0; turn++) {
      if (this.#asked === null && !this.#mailbox.runnable(this.#now) && !this.#mailbox.starved) {
        this.#now = Math.max(this.#now, this.#mailbox.wakeAt() ?? this.#now);
      }
      this.do({ do: "read" });
      this.do({ do: "land" });
      this.do({ do: "work", retryMs: null });
    }
    expect(this.#unsettled).toEqual([]);
    expect(this.#mailbox.size).toBe(0);
  }
}

for (const order of ["strict", "relaxed"] as const) {
  test(`a ${order} mailbox gives what an array of the unsettled would give, and misses nothing`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const pair = new Pair(order);
        for (const next of steps) pair.do(next);
        pair.drain();
      }),
      { numRuns: 400 },
    );
  }, 30_000);
}

test("a relaxed mailbox full of retries still reaches the events behind them", () => {
  const pair = new Pair("relaxed");
  pair.do({ do: "receive", count: 40, late: false });
  for (let n = 0; n < 3; n++)
    for (const next of ["work", "read", "land"] as const)
      pair.do(next === "work" ? { do: next, retryMs: 50 } : { do: next });
  for (let n = 0; n < 200; n++) {
    pair.do({ do: "work", retryMs: 50 });
    if (n % 10 === 0) pair.do({ do: "receive", count: 10, late: false });
    pair.do({ do: "read" });
    pair.do({ do: "land" });
  }
  expect(pair.taken).toBeGreaterThan(150);
  pair.drain();
});

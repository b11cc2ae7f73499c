import { expect, test } from "bun:test";
import type { Family } from "../../src/base/metrics.ts";
import type { Intake } from "../../src/journal/facts.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { JournalMeter } from "../../src/journal/meter.ts";
import { MemoryJournal } from "../support/memory-journal.ts";
import { SimClock } from "../support/sim-clock.ts";

const figure = (families: readonly Family[], name: string, suffix?: string): number =>
  families
    .filter((family) => family.name === name)
    .flatMap((family) => family.samples())
    .filter((sample) => suffix === undefined || sample.suffix === suffix)
    .reduce((sum, { value }) => sum + value, 0);

const intake = (key: string, given: Partial<Intake> = {}): Intake => ({
  source: "shop",
  origin: "webhook",
  at: 0,
  events: [
    { dedupeKey: key, type: "t", connection: null, occurredAt: null, sequence: null, range: null },
  ],
  request: { method: "POST", url: "/in/shop", peer: "", headers: [] },
  body: new Uint8Array(),
  settled: true,
  ...given,
});

test("an acknowledgement is timed by its own commit, and a refused one is counted as that alone", async () => {
  const clock = new SimClock();
  const meter = new JournalMeter(clock);
  const memory = new MemoryJournal();
  let refusing = false;
  const journal = meter.around({
    append: async (given) => {
      await clock.advance(20);
      if (refusing) throw new JournalRefused("disk_full", "no room");
      return memory.append(given);
    },
    record: (fact) => memory.record(fact),
    appendTogether: (intakes, facts) => memory.appendTogether(intakes, facts),
    pressure: () => null,
  });
  await journal.append(intake("1"));
  refusing = true;
  expect(journal.append(intake("2"))).rejects.toThrow("no room");
  await clock.settle();
  const families = meter.families();
  expect(figure(families, "longstop_ack_seconds", "_count")).toBe(1);
  expect(figure(families, "longstop_ack_seconds", "_sum")).toBeCloseTo(0.02);
  expect(figure(families, "longstop_journal_refused_total")).toBe(1);
});

test("what a sweep finds is healed when it is new, and no acknowledgement", async () => {
  const clock = new SimClock();
  const meter = new JournalMeter(clock);
  const journal = meter.around(new MemoryJournal());
  await journal.append(intake("1"));
  const sweep = "swp_1" as NonNullable<Intake["sweep"]>;
  await journal.append(intake("3", { origin: "poll" }));
  await journal.appendTogether(
    [intake("1", { origin: "poll", sweep }), intake("2", { origin: "poll", sweep })],
    [],
  );
  await clock.settle();
  expect(figure(meter.families(), "longstop_healed_events_total")).toBe(1);
  expect(figure(meter.families(), "longstop_ack_seconds", "_count")).toBe(1);
});

test("a batch is counted by its entries, also when it fails", async () => {
  const clock = new SimClock();
  const meter = new JournalMeter(clock);
  const port = meter.aroundPort({
    commit: async () => {
      await clock.advance(7);
      throw new Error("the thread is gone");
    },
  });
  const batch = { entries: 3, figures: 0, factBytes: 0, requestBytes: 0, bytes: new Uint8Array() };
  expect(port.commit(batch)).rejects.toThrow("the thread is gone");
  await clock.settle();
  expect(figure(meter.families(), "longstop_journal_batch_entries", "_sum")).toBe(3);
  expect(figure(meter.families(), "longstop_journal_commit_seconds", "_sum")).toBeCloseTo(0.007);
});

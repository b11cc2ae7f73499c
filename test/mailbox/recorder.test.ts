import { expect, test } from "bun:test";
import { type Seq, seq } from "../../src/base/ids.ts";
import { noLog } from "../../src/base/log.ts";
import type { Fact } from "../../src/journal/facts.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { Recorder } from "../../src/mailbox/recorder.ts";
import { completed, MailboxWorld } from "../support/mailbox-world.ts";
import { SimClock } from "../support/sim-clock.ts";

const fact = (at: number): Fact => ({ kind: "secret_used", at, source: "s", fingerprint: "f" });

function setUp(): {
  clock: SimClock;
  recorder: Recorder;
  offered: number[];
  taken: number[];
  refuse: { with: Error | null };
  record(n: number): void;
} {
  const clock = new SimClock();
  const offered: number[] = [];
  const taken: number[] = [];
  const refuse: { with: Error | null } = { with: null };
  const journal = {
    record: async (given: Fact): Promise<Seq> => {
      offered.push(given.at);
      if (refuse.with !== null) throw refuse.with;
      return seq(given.at);
    },
  };
  const recorder = new Recorder({ journal, clock, log: noLog });
  const record = (n: number): void =>
    recorder.record(
      fact(n),
      (at) => taken.push(at),
      () => taken.push(-n),
    );
  return { clock, recorder, offered, taken, refuse, record };
}

test("what the journal takes is answered with its place", async () => {
  const { clock, record, taken } = setUp();
  record(1);
  record(2);
  await clock.settle();
  expect(taken).toEqual([1, 2]);
});

test("what a full disk refuses is held and offered until it is taken, in order", async () => {
  const { clock, record, taken, refuse, recorder } = setUp();
  refuse.with = new JournalRefused("disk_full", "full");
  for (const n of [1, 2, 3]) record(n);
  await clock.advance(60_000);
  record(4);
  expect(taken).toEqual([]);
  expect(recorder.held).toBeGreaterThan(0);
  refuse.with = null;
  await clock.advance(5_000);
  expect(taken).toEqual([1, 2, 3, 4]);
});

test("while something is held only one fact at a time asks again", async () => {
  const { clock, record, offered, refuse } = setUp();
  refuse.with = new JournalRefused("overloaded", "busy");
  for (let n = 1; n <= 100; n++) record(n);
  await clock.advance(60_000);
  expect(offered.length).toBeLessThan(150);
});

test("a closed journal answers nobody any more", async () => {
  const { clock, record, taken, refuse, recorder } = setUp();
  refuse.with = new JournalRefused("closed", "draining");
  record(1);
  await clock.advance(60_000);
  expect(taken).toEqual([]);
  expect(recorder.closed).toBe(true);
});

test("an error that is no refusal is the caller's to judge", async () => {
  const { clock, record, taken, refuse } = setUp();
  refuse.with = new Error("broken");
  record(1);
  await clock.settle();
  expect(taken).toEqual([-1]);
});

test("an outcome that a full disk refused is settled later, and its handler does not run again", async () => {
  let full = true;
  const world: MailboxWorld = new MailboxWorld(
    {},
    {
      journal: {
        record: async (given) => {
          if (full) throw new JournalRefused("disk_full", "full");
          return world.journal.record(given);
        },
      },
    },
  );
  world.roster.start();
  world.handlers.respond = () => completed('{"n":1}');
  const event = world.receive("a");
  await world.clock.advance(10_000);
  expect(world.status(event.seq)).toBe("pending");
  full = false;
  await world.clock.advance(5_000);
  expect(world.status(event.seq)).toBe("completed");
  expect(world.handlers.runs).toHaveLength(1);
});

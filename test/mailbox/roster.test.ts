import { expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import type { Outcome } from "../../src/mailbox/handlers.ts";
import { completed, MailboxWorld, threw } from "../support/mailbox-world.ts";

test("a posted event is handled and settled", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  const event = world.receive("a");
  await world.clock.settle();
  expect(world.handlers.order).toEqual(["1"]);
  expect(world.status(event.seq)).toBe("completed");
});

test("an event without a connection is handled and leaves memory", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  await world.clock.settle();
  const event = world.receive(null);
  await world.clock.settle();
  expect(world.status(event.seq)).toBe("completed");
  expect(world.roster.figures.actors).toBe(0);
});

test("a backlog is worked off after a start, in order per connection", async () => {
  const world = new MailboxWorld();
  for (let round = 0; round < 5; round++) for (const key of ["a", "b", null]) world.journaled(key);
  world.roster.start();
  await world.clock.settle();
  const ofA = world.handlers.runs.filter((job) => job.event.fact.connection === "a");
  expect(ofA.map((job) => job.event.fact.dedupeKey)).toEqual(["1", "4", "7", "10", "13"]);
  expect(world.handlers.runs).toHaveLength(15);
  expect(world.journal.ledger.work.size).toBe(0);
});

test("one connection runs one handler at a time, others beside it", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  const ends: ((outcome: Outcome) => void)[] = [];
  world.handlers.respond = () => new Promise((resolve) => ends.push(resolve));
  for (const key of ["a", "a", "b"]) world.receive(key);
  await world.clock.settle();
  expect(world.handlers.order).toEqual(["1", "3"]);
  for (const end of ends) end(completed());
  await world.clock.settle();
  expect(world.handlers.order).toEqual(["1", "3", "2"]);
});

test("more events than a mailbox holds are all handled, in order", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  const count = LIMITS.MAILBOX_POSITIONS_MAX * 3 + 7;
  for (let n = 0; n < count; n++) world.receive("a");
  await world.clock.settle();
  expect(world.handlers.order).toEqual(Array.from({ length: count }, (_, n) => `${n + 1}`));
  expect(world.journal.ledger.work.size).toBe(0);
});

test("more connections than fit into memory are all served", async () => {
  const world = new MailboxWorld();
  const count = LIMITS.ACTORS_MAX + 500;
  for (let n = 0; n < count; n++) world.journaled(`c${n}`);
  world.roster.start();
  await world.clock.settle();
  expect(world.journal.ledger.work.size).toBe(0);
  expect(world.handlers.runs).toHaveLength(count);
});

test("in strict order followers wait for a retry", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  world.handlers.respond = (job) =>
    job.attempt === 1 && job.event.fact.dedupeKey === "1" ? threw() : completed();
  world.receive("a");
  world.receive("a");
  await world.clock.settle();
  expect(world.handlers.order).toEqual(["1"]);
  await world.clock.advance(1_000);
  expect(world.handlers.order).toEqual(["1", "1", "2"]);
});

test("in relaxed order followers overtake a retry", async () => {
  const world = new MailboxWorld({ order: "relaxed" });
  world.roster.start();
  world.handlers.respond = (job) =>
    job.attempt === 1 && job.event.fact.dedupeKey === "1" ? threw() : completed();
  world.receive("a");
  world.receive("a");
  await world.clock.settle();
  expect(world.handlers.order).toEqual(["1", "2"]);
  await world.clock.advance(1_000);
  expect(world.handlers.order).toEqual(["1", "2", "1"]);
});

test("an event that keeps failing is a dead letter after its attempts, and its followers go on", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  world.handlers.respond = (job) => (job.event.fact.dedupeKey === "1" ? threw() : completed());
  const first = world.receive("a");
  const second = world.receive("a");
  await world.clock.settle();
  await world.clock.advance(20_000);
  expect(world.status(first.seq)).toBe("failed");
  expect(world.status(second.seq)).toBe("completed");
  expect(world.handlers.order).toEqual(["1", "1", "1", "1", "1", "2"]);
});

test("an actor that rested leaves memory, and its retry is found in the journal", async () => {
  const world = new MailboxWorld({
    retry: {
      attempts: 2,
      baseMs: 300_000,
      factor: 1,
      maxMs: 300_000,
      jitter: "none",
      delaysMs: null,
    },
  });
  world.roster.start();
  world.handlers.respond = (job) => (job.attempt === 1 ? threw() : completed());
  const event = world.receive("a");
  await world.clock.settle();
  await world.clock.advance(120_000);
  expect(world.roster.figures.actors).toBe(0);
  await world.clock.advance(181_000);
  expect(world.status(event.seq)).toBe("completed");
});

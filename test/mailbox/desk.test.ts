import { expect, test } from "bun:test";
import type { Desk } from "../../src/mailbox/desk.ts";
import type { Outcome } from "../../src/mailbox/handlers.ts";
import { openDesk } from "../support/mailbox-desk.ts";
import { completed, MailboxWorld, threw } from "../support/mailbox-world.ts";
import { MemoryReads } from "../support/memory-reads.ts";

const A = { source: "bank", key: "a" };
const NOBODY = { source: "bank", key: "nobody" };
const by = "key_1";

function open(settings: ConstructorParameters<typeof MailboxWorld>[0] = {}): {
  world: MailboxWorld;
  desk: Desk;
} {
  const world = new MailboxWorld(settings);
  const operators = new MemoryReads(world.journal.ledger);
  const reads = {
    events: operators.events.bind(operators),
    event: operators.event.bind(operators),
    count: operators.count.bind(operators),
    oldest: operators.oldest.bind(operators),
    connection: operators.connection.bind(operators),
    job: operators.job.bind(operators),
    runningJobs: operators.runningJobs.bind(operators),
    waiting: world.journal.waiting.bind(world.journal),
  };
  const source = (name: string) => world.sources[name];
  const { clock, journal, roster } = world;
  const { desk } = openDesk({ clock, journal, reads, roster, source });
  roster.start();
  return { world, desk };
}

/** Runs it to its end in simulated time. */
async function done<T>(world: MailboxWorld, wish: Promise<T>): Promise<T> {
  await world.clock.settle();
  return wish;
}

const ok = { ok: true, value: null } as const;
const refused = (error: string) => ({ ok: false, error });

test("a paused connection finishes what runs and takes nothing more, until it is resumed", async () => {
  const { world, desk } = open();
  let end: (outcome: Outcome) => void = () => undefined;
  world.handlers.respond = () =>
    new Promise((resolve) => {
      end = resolve;
    });
  const first = world.receive("a");
  const second = world.receive("a");
  await world.clock.settle();
  expect(await done(world, desk.pause(A, by, "maintenance"))).toEqual(ok);
  end(completed());
  await world.clock.advance(5_000);
  expect(world.status(first.seq)).toBe("completed");
  expect(world.handlers.order).toEqual(["1"]);
  world.handlers.respond = () => completed();
  expect(await done(world, desk.resume(A, by))).toEqual(ok);
  await world.clock.settle();
  expect(world.status(second.seq)).toBe("completed");
});

test("what is not known cannot be paused, resumed, retried, skipped or replayed", async () => {
  const { world, desk } = open();
  const id = world.journaled(null).id.replace(/.$/, "z") as typeof first;
  const first = world.journaled(null).id;
  const wishes = [
    desk.pause(NOBODY, by, null),
    desk.resume(NOBODY, by),
    desk.retry(NOBODY, by),
    desk.skipHead(NOBODY, by),
    desk.parkHead(NOBODY, by),
    desk.skip(id, by, null),
    desk.replay(id, by),
    desk.pauseJob("rpl_x", by),
  ];
  for (const wish of wishes) expect(await done<unknown>(world, wish)).toEqual(refused("not_found"));
});

test("a head in retry is tried now when an operator wants it", async () => {
  const { world, desk } = open();
  world.handlers.respond = (job) => (job.attempt === 1 ? threw() : completed());
  const event = world.receive("a");
  await world.clock.settle();
  expect(await done(world, desk.retry(A, by))).toEqual(ok);
  await world.clock.settle();
  expect(world.status(event.seq)).toBe("completed");
  expect(await done<unknown>(world, desk.retry(A, by))).toEqual(refused("empty"));
});

test("skipping the head lets its followers go on", async () => {
  const { world, desk } = open();
  world.handlers.respond = (job) => (job.event.fact.dedupeKey === "1" ? threw() : completed());
  const head = world.receive("a");
  const follower = world.receive("a");
  await world.clock.settle();
  expect(await done(world, desk.skipHead(A, by))).toEqual({ ok: true, value: head.seq });
  await world.clock.settle();
  expect(world.status(head.seq)).toBe("skipped");
  expect(world.status(follower.seq)).toBe("completed");
  expect(await done<unknown>(world, desk.skipHead(A, by))).toEqual(refused("empty"));
});

test("a parked head is a dead letter that can be replayed behind its followers", async () => {
  const { world, desk } = open();
  world.handlers.respond = (job) =>
    world.handlers.runs.length === 1 && job.attempt === 1 ? threw() : completed();
  const head = world.receive("a");
  const follower = world.receive("a");
  await world.clock.settle();
  expect(await done(world, desk.parkHead(A, by))).toEqual({ ok: true, value: head.seq });
  await world.clock.settle();
  expect(world.status(head.seq)).toBe("failed");
  expect(await done(world, desk.replay(head.id, by))).toEqual(ok);
  await world.clock.settle();
  expect(world.status(head.seq)).toBe("completed");
  expect(world.handlers.order).toEqual(["1", "2", "1"]);
  expect(world.status(follower.seq)).toBe("completed");
});

test("what runs right now is busy", async () => {
  const { world, desk } = open();
  world.handlers.respond = () => new Promise(() => undefined);
  const head = world.receive("a");
  await world.clock.settle();
  expect(await done<unknown>(world, desk.skipHead(A, by))).toEqual(refused("busy"));
  expect(await done<unknown>(world, desk.parkHead(A, by))).toEqual(refused("busy"));
  expect(await done<unknown>(world, desk.skip(head.id, by, null))).toEqual(refused("busy"));
});

test("one waiting event is skipped, with its reason, and never run", async () => {
  const { world, desk } = open();
  world.handlers.respond = (job) =>
    job.attempt === 1 && job.event.fact.dedupeKey === "1" ? threw() : completed();
  world.receive("a");
  const second = world.receive("a");
  const third = world.receive("a");
  await world.clock.settle();
  expect(await done(world, desk.skip(second.id, by, "not ours"))).toEqual(ok);
  await world.clock.advance(5_000);
  expect(second.reason).toBe("not ours");
  expect(world.status(third.seq)).toBe("completed");
  expect(world.handlers.order).toEqual(["1", "1", "3"]);
  expect(await done<unknown>(world, desk.skip(second.id, by, null))).toEqual(
    refused("wrong_status"),
  );
});

test("a pending event is not replayed; a completed one is, with its steps forgotten", async () => {
  const { world, desk } = open();
  world.handlers.respond = async (_job, stepped) => {
    await stepped("s", "1");
    return completed();
  };
  const event = world.receive("a");
  expect(await done<unknown>(world, desk.replay(event.id, by))).toEqual(refused("wrong_status"));
  await world.clock.settle();
  expect(await done(world, desk.replay(event.id, by))).toEqual(ok);
  await world.clock.settle();
  expect(world.handlers.runs.map((job) => job.event.steps.length)).toEqual([0, 0]);
  expect(event.replays).toBe(1);
});

test("steps of an earlier attempt are given to the next one", async () => {
  const { world } = open();
  world.handlers.respond = async (job, stepped) => {
    if (job.attempt > 1) return completed();
    await stepped("charge", '"ch_1"');
    return threw();
  };
  world.receive("a");
  await world.clock.settle();
  await world.clock.advance(1_000);
  expect(world.handlers.runs[1]?.event.steps).toEqual([["charge", '"ch_1"']]);
});

test("why it waits is one sentence for each case", async () => {
  const { world, desk } = open();
  const why = async (): Promise<string | null> => {
    const row = await new MemoryReads(world.journal.ledger).connection(A);
    return row === null ? null : desk.whyConnectionWaits(row);
  };
  world.handlers.respond = () => threw("bank is closed");
  const event = world.receive("a");
  const follower = world.receive("a");
  await world.clock.settle();
  expect(await why()).toBe(
    `Its head ${event.id} failed attempt 1 of 5; the next try is at 2026-01-01T00:00:01.000Z, in 1 s.`,
  );
  const reads = new MemoryReads(world.journal.ledger);
  const [row, behind] = [await reads.event(event.id), await reads.event(follower.id)];
  const connection = await reads.connection(A);
  if (row === null || behind === null) throw new Error("they are there");
  expect(desk.whyEventWaits(row, row.behind, connection)).toBe(
    "Failed attempt 1 of 5; the next try is at 2026-01-01T00:00:01.000Z, in 1 s. Last error: threw: bank is closed",
  );
  expect(desk.whyEventWaits(behind, behind.behind, connection)).toStartWith(
    `Waits behind ${event.id} in its connection. The head`,
  );
  await done(world, desk.pause(A, by, "maintenance"));
  expect(await why()).toBe(
    "Its connection is paused since 2026-01-01T00:00:00.000Z (by key_1: maintenance); it goes on when it is resumed.",
  );
  await done(world, desk.resume(A, by));
  world.sources = {};
  expect(await why()).toContain("is not in the configuration");
});

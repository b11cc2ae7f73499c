import { expect, test } from "bun:test";
import { noLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { Turnstile } from "../../src/base/turnstile.ts";
import type { Fact } from "../../src/journal/facts.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { ReplayRunner } from "../../src/mailbox/replays.ts";
import { completed, MailboxWorld, threw } from "../support/mailbox-world.ts";
import { MemoryReads } from "../support/memory-reads.ts";

const by = "key_1";
const once = {
  attempts: 1,
  baseMs: 1,
  factor: 1,
  maxMs: 1,
  jitter: "none",
  delaysMs: null,
} as const;

function open(record?: (fact: Fact) => Promise<void>) {
  const world = new MailboxWorld({ retry: once });
  world.roster.start();
  const replayed: number[] = [];
  const newRunner = () =>
    new ReplayRunner({
      clock: world.clock,
      random: seededRandom(3),
      log: noLog,
      journal: {
        record: async (fact) => {
          await record?.(fact);
          if (fact.kind === "replayed") replayed.push(...fact.events);
          return world.journal.record(fact);
        },
      },
      reads: new MemoryReads(world.journal.ledger),
      roster: world.roster,
      turnstile: new Turnstile(),
    });
  return { world, replayed, newRunner, job: (id: string) => world.journal.ledger.jobs.get(id) };
}

/** So many events that failed, over three connections. */
async function failures(world: MailboxWorld, count: number): Promise<void> {
  world.handlers.respond = () => threw();
  for (let n = 0; n < count; n++) world.receive(`c${n % 3}`);
  await world.clock.settle();
  world.handlers.runs.length = 0;
  world.handlers.respond = () => completed();
}

test("a job replays every match once, in order within each connection, and completes", async () => {
  const { world, newRunner, job } = open();
  await failures(world, 350);
  const created = newRunner().create({ status: "failed" }, null, by);
  await world.clock.settle();
  const { id, job: made } = await created;
  expect(made.total).toBe(350);
  expect(world.handlers.runs).toHaveLength(350);
  for (const key of ["c0", "c1", "c2"]) {
    const own = world.handlers.runs.filter((run) => run.event.fact.connection === key);
    const seqs = own.map((run) => run.event.seq as number);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
  expect(job(id)).toMatchObject({ status: "completed", done: 350 });
});

test("what fails again is not replayed again by the same job", async () => {
  const { world, newRunner, replayed, job } = open();
  await failures(world, 120);
  world.handlers.respond = () => threw();
  const created = newRunner().create({ status: "failed" }, null, by);
  await world.clock.advance(10_000);
  expect(replayed).toHaveLength(120);
  expect(job((await created).id)?.status).toBe("completed");
});

test("a job without a match is complete at once", async () => {
  const { world, newRunner } = open();
  const created = newRunner().create({ status: "failed" }, null, by);
  await world.clock.settle();
  expect((await created).job).toMatchObject({ status: "completed", total: 0 });
});

test("a rate is kept", async () => {
  const { world, newRunner, replayed } = open();
  await failures(world, 100);
  const created = newRunner().create({ status: "failed" }, 20, by);
  await world.clock.settle();
  await created;
  await world.clock.advance(2_000);
  expect(replayed.length).toBeGreaterThanOrEqual(40);
  expect(replayed.length).toBeLessThanOrEqual(45);
});

test("a paused job stands still, goes on when resumed, and a cancelled one ends", async () => {
  const { world, newRunner, replayed, job } = open();
  await failures(world, 100);
  const runner = newRunner();
  const created = runner.create({ status: "failed" }, 20, by);
  await world.clock.advance(1_000);
  const { id } = await created;
  const paused = runner.pause(id, by);
  await world.clock.settle();
  expect((await paused).ok).toBe(true);
  const before = replayed.length;
  await world.clock.advance(10_000);
  expect(replayed).toHaveLength(before);
  const resumed = runner.resume(id, by);
  await world.clock.advance(1_000);
  expect((await resumed).ok).toBe(true);
  expect(replayed.length).toBeGreaterThan(before);
  const cancelled = runner.cancel(id, by);
  await world.clock.settle();
  expect((await cancelled).ok).toBe(true);
  const last = replayed.length;
  await world.clock.advance(10_000);
  expect(replayed).toHaveLength(last);
  expect(job(id)).toMatchObject({ status: "cancelled", done: last });
  const again = runner.resume(id, by);
  await world.clock.settle();
  expect(await again).toEqual({ ok: false, error: "wrong_status" });
});

test("after a crash a job goes on where its last slice ended, and repeats nothing", async () => {
  const { world, newRunner, replayed, job } = open();
  await failures(world, 100);
  const first = newRunner();
  const created = first.create({ status: "failed" }, 20, by);
  await world.clock.advance(2_000);
  const { id } = await created;
  first.stop();
  const second = newRunner().start();
  await world.clock.advance(10_000);
  await second;
  expect(replayed.toSorted((a, b) => a - b)).toEqual(
    [...new Set(replayed)].toSorted((a, b) => a - b),
  );
  expect(replayed).toHaveLength(100);
  expect(job(id)).toMatchObject({ status: "completed", done: 100 });
});

test("a refused slice is replayed later, once", async () => {
  let refusals = 3;
  const { world, newRunner, replayed, job } = open(async (fact) => {
    if (fact.kind === "replayed" && refusals-- > 0) throw new JournalRefused("disk_full", "full");
  });
  await failures(world, 30);
  const created = newRunner().create({ status: "failed" }, null, by);
  await world.clock.advance(10_000);
  expect(replayed).toHaveLength(30);
  expect(job((await created).id)?.status).toBe("completed");
});

import { expect, test } from "bun:test";
import { type Seq, seq } from "../../src/base/ids.ts";
import { noLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { LoadedEvent, MailboxReads } from "../../src/journal/journal.ts";
import type { Outcome } from "../../src/mailbox/handlers.ts";
import { Mailbox } from "../../src/mailbox/mailbox.ts";
import { Roster } from "../../src/mailbox/roster.ts";
import { completed, MailboxWorld, postedOf, threw } from "../support/mailbox-world.ts";
import { noEndpoints } from "../support/no-endpoints.ts";

/** The world's journal with other loads. */
function readsWith(world: MailboxWorld, load: MailboxReads["load"]): MailboxReads {
  const { journal } = world;
  return {
    view: (refs, limit) => journal.view(refs, limit),
    waiting: (ref, after, limit) => journal.waiting(ref, after, limit),
    ready: (after, limit) => journal.ready(after, limit),
    due: (now, limit) => journal.due(now, limit),
    load,
  };
}

test("a stale event is told so, or skipped without a handler where the source wants that", async () => {
  for (const onStale of ["process", "skip"] as const) {
    const world = new MailboxWorld({ onStale });
    world.roster.start();
    world.receive("a", { occurredAt: 2_000 });
    const old = world.receive("a", { occurredAt: 1_000 });
    await world.clock.settle();
    expect(old.stale).toBe(true);
    expect(old.status).toBe(onStale === "skip" ? "skipped" : "completed");
    expect(world.handlers.runs.map((job) => job.stale)).toEqual(
      onStale === "skip" ? [false] : [false, true],
    );
  }
});

test("an event whose body is gone is a dead letter that says so", async () => {
  const world = new MailboxWorld();
  const event = world.journaled("a");
  const roster = world.newRoster({
    reads: readsWith(world, async (items) => {
      const events = await world.journal.load(items);
      return events.map((loaded): LoadedEvent => ({ ...loaded, body: null }));
    }),
  });
  roster.start();
  await world.clock.settle();
  expect(event).toMatchObject({ status: "failed", error: { code: "body_gone" } });
  expect(world.handlers.runs).toHaveLength(0);
});

test("a source without a handler completes what waits, and one with a schema still has it checked", async () => {
  const bare = new MailboxWorld({ handler: false });
  const checked = new MailboxWorld({ handler: false, schemas: ["t"] });
  for (const world of [bare, checked]) {
    const event = world.journaled("a");
    world.roster.start();
    await world.clock.settle();
    expect(event.status).toBe("completed");
  }
  expect(bare.handlers.runs).toHaveLength(0);
  expect(checked.handlers.runs).toHaveLength(1);
});

test("events of a source that is not configured wait until it is again", async () => {
  const world = new MailboxWorld();
  const { sources } = world;
  const event = world.journaled("a");
  const alone = world.journaled(null);
  world.sources = {};
  world.roster.start();
  await world.clock.advance(10_000);
  expect([event.status, alone.status]).toEqual(["pending", "pending"]);
  world.sources = sources;
  world.roster.reconfigured();
  await world.clock.settle();
  expect([event.status, alone.status]).toEqual(["completed", "completed"]);
});

test("a fresh event is not read back, one that was journaled earlier is", async () => {
  const world = new MailboxWorld();
  const loads: Seq[] = [];
  world.roster = world.newRoster({
    reads: readsWith(world, (items) => {
      loads.push(...items.map((item) => item.event));
      return world.journal.load(items);
    }),
  });
  const earlier = world.journaled("a");
  world.roster.start();
  await world.clock.settle();
  world.receive("b");
  await world.clock.settle();
  expect(loads).toEqual([earlier.seq]);
  expect(world.handlers.runs).toHaveLength(2);
});

test("a stop lets the running handler settle, takes nothing more, and resolves then", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  let end: (outcome: Outcome) => void = () => undefined;
  world.handlers.respond = () =>
    new Promise((resolve) => {
      end = resolve;
    });
  const [first, second] = [world.receive("a"), world.receive("a")];
  await world.clock.settle();
  let stopped = false;
  const stop = world.roster.stop(5_000).then(() => {
    stopped = true;
  });
  await world.clock.advance(1_000);
  expect(stopped).toBe(false);
  end(completed());
  await stop;
  expect([first.status, second.status]).toEqual(["completed", "pending"]);
  expect(world.handlers.runs).toHaveLength(1);
});

test("a stop does not wait for ever", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  world.handlers.respond = () => new Promise(() => undefined);
  world.receive("a");
  await world.clock.settle();
  const stop = world.roster.stop(5_000);
  await world.clock.advance(5_000);
  await stop;
  expect(world.handlers.runs).toHaveLength(1);
});

test("busy connections give their places away to those that wait outside", async () => {
  const world = new MailboxWorld();
  const { clock, journal, handlers } = world;
  const source = (name: string) => world.sources[name];
  const deps = {
    clock,
    random: seededRandom(1),
    log: noLog,
    journal,
    reads: journal,
    handlers,
    fanOut: noEndpoints,
    source,
  };
  const roster = new Roster(deps, { actors: 2, shareEvents: 3 });
  for (const key of ["a", "b"]) for (let n = 0; n < 50; n++) world.journaled(key);
  const last = world.journaled("c");
  roster.start();
  await clock.settle();
  expect(last.status).toBe("completed");
  const place = handlers.runs.findIndex((job) => job.event.fact.connection === "c");
  expect(place).toBeLessThan(10);
  expect(handlers.runs).toHaveLength(101);
});

test("posts of one commit are handled in order, whatever order their callbacks had", async () => {
  const world = new MailboxWorld();
  world.roster.start();
  const [one, two, three] = [world.journaled("a"), world.journaled("a"), world.journaled("a")];
  for (const entry of [three, one, two]) world.roster.post([postedOf(entry)]);
  await world.clock.settle();
  expect(world.handlers.order).toEqual(["1", "2", "3"]);
});

test("a wish to retry now reaches a page that is on its way", () => {
  const mailbox = new Mailbox(
    () => "strict",
    () => undefined,
  );
  mailbox.ask();
  mailbox.clearWaits(seq(2));
  const item = {
    position: seq(1),
    event: seq(1),
    counted: 1,
    attempts: 1,
    dueAt: 9_999,
    waitingSince: 0,
  };
  mailbox.land({ items: [item], more: false, upTo: seq(1) }, 0);
  expect(mailbox.runnable(0)).toBe(true);
});

test("a wish to retry now that the journal took before the failure hastens nothing", () => {
  const mailbox = new Mailbox(
    () => "strict",
    () => undefined,
  );
  const item = {
    position: seq(1),
    event: seq(1),
    counted: 1,
    attempts: 1,
    dueAt: 9_999,
    waitingSince: 0,
    loaded: null,
  };
  mailbox.putBack(item, 0, seq(8));
  mailbox.clearWaits(seq(7));
  expect(mailbox.runnable(0)).toBe(false);
  mailbox.clearWaits(seq(9));
  expect(mailbox.runnable(0)).toBe(true);
});

test("behind a head that waits for its retry nothing more is read, however much waits in the journal", async () => {
  const world = new MailboxWorld();
  let pages = 0;
  const waiting: MailboxReads["waiting"] = (ref, after, limit) => {
    pages++;
    return world.journal.waiting(ref, after, limit);
  };
  const reads = { ...readsWith(world, (items) => world.journal.load(items)), waiting };
  world.roster = world.newRoster({ reads });
  world.handlers.respond = (job) => (job.attempt === 1 ? threw() : completed());
  for (let n = 0; n < 500; n++) world.journaled("a");
  world.roster.start();
  await world.clock.settle();
  expect(pages).toBe(0);
  await world.clock.advance(600_000);
  expect(world.journal.ledger.work.size).toBe(0);
});

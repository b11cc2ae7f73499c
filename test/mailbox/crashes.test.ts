import { expect, test } from "bun:test";
import { unitName } from "../../src/mailbox/unit-name.ts";
import { completed, MailboxWorld } from "../support/mailbox-world.ts";

const A = { source: "bank", key: "a" };
const breaks = (): never => {
  throw new Error("a promise of ours broke");
};

function world(): MailboxWorld {
  const made = new MailboxWorld({ supervise: { intensity: 2, periodMs: 60_000 } });
  made.roster.start();
  return made;
}

test("a crashed actor is rebuilt from the journal and runs the event again", async () => {
  const made = world();
  made.handlers.respond = () => (made.handlers.runs.length === 1 ? breaks() : completed());
  const event = made.receive("a");
  await made.clock.advance(1_000);
  expect(made.handlers.runs.map((job) => job.attempt)).toEqual([1, 1]);
  expect(made.status(event.seq)).toBe("completed");
});

test("a crash costs its own connection a rest, and others nothing", async () => {
  const made = world();
  made.handlers.respond = (job) =>
    job.event.fact.connection === "a" && made.handlers.runs.length < 3 ? breaks() : completed();
  const own = made.receive("a");
  const other = made.receive("b");
  await made.clock.settle();
  expect(made.status(own.seq)).toBe("pending");
  expect(made.status(other.seq)).toBe("completed");
  await made.clock.advance(1_000);
  expect(made.status(own.seq)).toBe("completed");
  expect(made.journal.ledger.account(A)?.restarts).toBeGreaterThan(0);
});

test("more crashes than the intensity halt the connection, until it is resumed", async () => {
  const made = world();
  made.handlers.respond = (job) => (job.event.fact.connection === "a" ? breaks() : completed());
  const event = made.receive("a");
  await made.clock.settle();
  await made.clock.advance(30_000);
  expect(made.handlers.runs).toHaveLength(3);
  expect(made.journal.ledger.account(A)?.status).toBe("halted");
  expect(made.journal.ledger.account(A)?.reason).toContain("a promise of ours broke");
  const later = made.receive("a");
  const other = made.receive("b");
  await made.clock.advance(1_000);
  expect(made.status(event.seq)).toBe("pending");
  expect(made.status(later.seq)).toBe("pending");
  expect(made.status(other.seq)).toBe("completed");
});

test("crashes that are far enough apart halt nothing", async () => {
  const made = world();
  for (let n = 0; n < 5; n++) {
    let broke = false;
    made.handlers.respond = () => {
      if (broke) return completed();
      broke = true;
      return breaks();
    };
    const event = made.receive("a");
    await made.clock.advance(70_000);
    expect(made.status(event.seq)).toBe("completed");
  }
});

test("an event that stands alone and keeps crashing its actor is a dead letter", async () => {
  const made = world();
  made.handlers.respond = breaks;
  const event = made.receive(null);
  await made.clock.advance(30_000);
  expect(made.status(event.seq)).toBe("failed");
  expect(made.handlers.runs).toHaveLength(3);
});

test("an actor that crashes while its handler runs is not rebuilt before that run has ended", async () => {
  const made = world();
  let end = (): void => undefined;
  made.handlers.respond = () =>
    new Promise((resolve) => {
      end = () => resolve(completed());
    });
  const event = made.receive("a");
  await made.clock.settle();
  made.roster.find(unitName(A, event.seq))?.crash(new Error("for the test"));
  await made.clock.advance(30_000);
  expect(made.handlers.runs).toHaveLength(1);
  end();
  await made.clock.advance(1_000);
  expect(made.handlers.runs).toHaveLength(2);
  expect(made.status(event.seq)).toBe("pending");
  end();
  await made.clock.settle();
  expect(made.status(event.seq)).toBe("completed");
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { Wakes } from "../../src/mailbox/wakes.ts";
import { completed, MailboxWorld, threw } from "../support/mailbox-world.ts";
import { SimClock } from "../support/sim-clock.ts";

test("sleepers wake in order of time, each once, and never early", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 5_000 }), { maxLength: 40 }), async (delays) => {
      const clock = new SimClock();
      const start = clock.now();
      const woken: number[] = [];
      const wakes = new Wakes<number>(clock, (delay) => {
        expect(clock.now()).toBeGreaterThanOrEqual(start + delay);
        woken.push(delay);
      });
      for (const delay of delays) wakes.add(start + delay, delay);
      await clock.advance(6_000);
      expect(woken).toEqual(delays.toSorted((a, b) => a - b));
    }),
  );
});

test("a wall clock that jumps ahead wakes sleepers within a second", async () => {
  const clock = new SimClock();
  const woken: string[] = [];
  const wakes = new Wakes<string>(clock, (who) => woken.push(who));
  wakes.add(clock.now() + 3_600_000, "a");
  clock.jump(3_600_000);
  await clock.advance(1_000);
  expect(woken).toEqual(["a"]);
});

test("a short retry comes at its time, not at the next look into the journal", async () => {
  const world = new MailboxWorld({
    retry: { attempts: 2, baseMs: 250, factor: 1, maxMs: 250, jitter: "none", delaysMs: null },
  });
  world.roster.start();
  world.handlers.respond = (job) => (job.attempt === 1 ? threw() : completed());
  const event = world.receive("a");
  await world.clock.settle();
  await world.clock.advance(249);
  expect(world.status(event.seq)).toBe("pending");
  await world.clock.advance(1);
  expect(world.status(event.seq)).toBe("completed");
});

const DAYS_40 = 40 * 86_400_000;

for (const order of ["strict", "relaxed"] as const) {
  for (const key of ["a", null]) {
    for (const restarts of [false, true]) {
      const who = `${order}, ${key === null ? "alone" : "in a connection"}, ${restarts ? "read back" : "in memory"}`;
      test(`a clock that was days ahead when a try failed delays nothing once it is right: ${who}`, async () => {
        const world = new MailboxWorld({ order });
        world.roster.start();
        world.handlers.respond = (job) => (job.attempt === 1 ? threw() : completed());
        world.clock.jump(DAYS_40);
        const event = world.receive(key);
        await world.clock.settle();
        if (restarts) {
          await world.roster.stop(0);
          world.roster = world.newRoster();
          world.roster.start();
        }
        expect(world.status(event.seq)).toBe("pending");

        world.clock.jump(-DAYS_40);
        await world.clock.advance(3_000);

        expect(world.status(event.seq)).toBe("completed");
      });
    }
  }
}

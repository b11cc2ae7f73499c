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

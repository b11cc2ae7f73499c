import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { systemClock } from "../../src/base/clock.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { BodyRoom } from "../../src/ingress/body-room.ts";
import { Lease } from "../../src/ingress/lease.ts";
import { SimClock } from "../support/sim-clock.ts";

const BOUNDS = { smallBytesMax: 100, largeBytesMax: 1_000 };
const NOTHING = { small: 0, large: 0, waiting: 0 };

const step = fc.oneof(
  fc.record({ kind: fc.constant("small" as const), bytes: fc.nat(60) }),
  fc.record({ kind: fc.constant("large" as const), bytes: fc.integer({ min: 1, max: 1_000 }) }),
  fc.record({ kind: fc.constant("end" as const), which: fc.nat(40) }),
  fc.record({ kind: fc.constant("abort" as const), which: fc.nat(40) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(LIMITS.BODY_WAIT_MS_MAX) }),
);

test("whatever comes and goes, no room holds more than its bound, and all of it comes back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new SimClock();
      const room = new BodyRoom(clock, BOUNDS);
      const leases: { lease: Lease; gone: AbortController }[] = [];
      const answers: Promise<unknown>[] = [];
      for (const each of steps) {
        if (each.kind === "wait") await clock.advance(each.ms);
        else if (each.kind === "end") leases[each.which]?.lease.end();
        else if (each.kind === "abort") leases[each.which]?.gone.abort();
        else {
          const gone = new AbortController();
          const lease = new Lease(room, gone, () => null);
          leases.push({ lease, gone });
          if (each.kind === "small") lease.small(each.bytes);
          else answers.push(lease.enlarge(each.bytes));
        }
        await clock.settle();
        expect(room.held.small).toBeLessThanOrEqual(BOUNDS.smallBytesMax);
        expect(room.held.large).toBeLessThanOrEqual(BOUNDS.largeBytesMax);
      }
      for (const { lease } of leases) lease.end();
      await clock.advance(LIMITS.BODY_WAIT_MS_MAX);
      await Promise.all(answers);
      expect(room.held).toEqual(NOTHING);
      expect(clock.nextIn()).toBeNull();
    }),
  );
});

describe("a large body", () => {
  const setUp = () => {
    const clock = new SimClock();
    const room = new BodyRoom(clock, BOUNDS);
    const never = new AbortController().signal;
    expect(room.takeLarge(900, never)).toBe(true);
    return { clock, room, never };
  };

  test("waits until there is room, and nobody overtakes it", async () => {
    const { room, never } = setUp();
    const order: string[] = [];
    const big = Promise.resolve(room.takeLarge(500, never)).then(() => order.push("big"));
    const little = Promise.resolve(room.takeLarge(50, never)).then(() => order.push("little"));
    expect(room.held).toEqual({ small: 0, large: 900, waiting: 2 });
    room.giveLarge(900);
    await Promise.all([big, little]);
    expect(order).toEqual(["big", "little"]);
    expect(room.held).toEqual({ small: 0, large: 550, waiting: 0 });
  });

  test("is refused when its wait is over, and then those behind it are let in", async () => {
    const { clock, room, never } = setUp();
    const big = room.takeLarge(500, never);
    await clock.advance(1);
    const little = room.takeLarge(50, never);
    await clock.advance(LIMITS.BODY_WAIT_MS_MAX - 1);
    expect(await big).toBe(false);
    expect(await little).toBe(true);
  });

  test("leaves the line when its sender is gone", async () => {
    const { room } = setUp();
    const gone = new AbortController();
    const answer = room.takeLarge(500, gone.signal);
    gone.abort();
    expect(await answer).toBe(false);
    expect(room.held.waiting).toBe(0);
  });

  test("is refused at once where the line is full", () => {
    const { room, never } = setUp();
    for (let count = 0; count < LIMITS.BODIES_WAITING_MAX; count++) room.takeLarge(500, never);
    expect(room.takeLarge(500, never)).toBe(false);
  });

  test("that is granted room after its request has ended gives it back", async () => {
    const { clock, room } = setUp();
    const lease = new Lease(room, new AbortController(), () => null);
    const answer = lease.enlarge(500);
    await clock.settle();
    lease.end();
    room.giveLarge(900);
    expect((await answer)?.code).toBe("overloaded");
    expect(room.held).toEqual(NOTHING);
  });
});

test("work that holds the loop is done one a turn", async () => {
  const turns: (() => void)[] = [];
  const room = new BodyRoom({ ...systemClock, soon: (fire) => void turns.push(fire) });
  const done: number[] = [];
  const work = [1, 2, 3].map((each) => room.turn().then(() => done.push(each)));
  for (const each of [1, 2, 3]) {
    await Promise.resolve();
    expect(turns.length).toBe(1);
    turns.shift()?.();
    await work[each - 1];
    expect(done.length).toBe(each);
  }
});

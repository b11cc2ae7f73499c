import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { CommitWorld, states } from "../support/commit-world.ts";
import { fact, intake } from "../support/intake.ts";

describe("closing", () => {
  test("refuses what comes and waits for what came before", async () => {
    const world = new CommitWorld();
    const before = world.append("a");
    await world.clock.settle();
    const waiting = world.append("b");
    const closed = world.watch(world.journal.close());
    const after = world.append("c");
    await world.clock.settle();
    expect(states([before, waiting, after, closed])).toEqual([
      "waiting",
      "waiting",
      "closed",
      "waiting",
    ]);

    world.port.commits();
    await world.clock.settle();
    expect(closed.state).toBe("waiting");
    world.port.commits();
    await world.clock.settle();

    expect(states([before, waiting, closed])).toEqual(["taken", "taken", "taken"]);
  });

  test("resolves at once when nothing waits, and also when the log dies with entries waiting", async () => {
    const idle = new CommitWorld();
    await idle.journal.close();

    const world = new CommitWorld();
    const waiting = world.append("a");
    const closed = world.watch(world.journal.close());
    world.journal.fail("thread ended");
    await world.clock.settle();

    expect(states([waiting, closed])).toEqual(["failing", "taken"]);
  });
});

describe("pressure", () => {
  test("too many entries, too many bytes or too much lag refuse requests; facts that settle still pass", async () => {
    const many = new CommitWorld();
    for (let index = 0; index < LIMITS.COMMIT_WAITING_MAX; index++) many.append(`k${index}`);
    const heavy = new CommitWorld();
    const body = new Uint8Array(LIMITS.COMMIT_WAITING_BYTES_MAX / 4);
    for (let index = 0; index < 4; index++)
      heavy.watch(heavy.journal.append(intake([`k${index}`], { body })));
    const lagging = new CommitWorld();
    lagging.lag = LIMITS.INDEX_LAG_ENTRIES_MAX;

    for (const world of [many, heavy, lagging]) {
      const pressure = world.journal.pressure();
      const settles = world.watch(world.journal.record(fact()));
      const request = world.append("one more");
      await world.clock.settle();
      expect([pressure, request.state, settles.state]).toEqual([
        "overloaded",
        "overloaded",
        "waiting",
      ]);
    }

    const drained = async (world: CommitWorld): Promise<string | null> => {
      for (; world.port.underWay > 0; await world.clock.settle()) world.port.commits();
      return world.journal.pressure();
    };
    lagging.lag = LIMITS.INDEX_LAG_ENTRIES_MAX - 1;
    expect([await drained(many), await drained(heavy), await drained(lagging)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

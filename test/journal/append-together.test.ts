import { describe, expect, test } from "bun:test";
import { eventId, seq } from "../../src/base/ids.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { dedupeHash } from "../../src/journal/batch.ts";
import { CommitWorld, RUN, states } from "../support/commit-world.ts";
import { fact, intake } from "../support/intake.ts";

describe("what belongs together", () => {
  test("goes out in one batch, however much waits before it, and is answered apart", async () => {
    const world = new CommitWorld();
    for (let index = 0; index < LIMITS.COMMIT_ENTRIES_MAX - 1; index++) world.append(`k${index}`);
    const together = world.journal.appendTogether([intake(["a", "b"]), intake(["c"])], [fact()]);
    const after = world.append("d");
    await world.clock.settle();
    world.port.commits();
    await world.clock.settle();
    expect(world.port.batches.map((batch) => batch.length)).toEqual([
      LIMITS.COMMIT_ENTRIES_MAX - 1,
      4,
    ]);
    world.port.commits((hash) => (hash === dedupeHash("s", "b") ? [3, 9] : null));
    await world.clock.settle();

    const first = LIMITS.COMMIT_ENTRIES_MAX;
    expect(await together).toEqual([
      [
        { id: eventId(seq(first), RUN), seq: seq(first), duplicate: false },
        { id: eventId(seq(3), 9), seq: seq(3), duplicate: true },
      ],
      [{ id: eventId(seq(first + 2), RUN), seq: seq(first + 2), duplicate: false }],
    ]);
    expect(after.state).toBe("taken");
  });

  test("is refused as one when its commit fails, and those after it are not", async () => {
    const world = new CommitWorld();
    const together = world.watch(world.journal.appendTogether([intake(["a"])], [fact(), fact()]));
    await world.clock.settle();
    const after = world.append("b");
    await world.clock.settle();
    world.port.fails("disk_full");
    world.port.commits();
    await world.clock.settle();

    expect(states([together, after])).toEqual(["disk_full", "taken"]);
  });

  test("passes under overload only if it brings no events", async () => {
    const world = new CommitWorld();
    world.lag = LIMITS.INDEX_LAG_ENTRIES_MAX;
    const facts = world.watch(world.journal.appendTogether([], [fact()]));
    const brings = world.watch(world.journal.appendTogether([intake(["a"])], [fact()]));
    await world.clock.settle();

    expect(states([facts, brings])).toEqual(["waiting", "overloaded"]);
    expect(world.port.underWay).toBe(1);
  });

  test("is nothing, or more than a batch holds: neither reaches the log", async () => {
    const world = new CommitWorld();
    const many = Array.from({ length: LIMITS.COMMIT_ENTRIES_MAX + 1 }, () => fact());
    const large = intake(["a"], { body: new Uint8Array(LIMITS.COMMIT_BYTES_MAX) });

    expect(await world.journal.appendTogether([], [])).toEqual([]);
    for (const refused of [
      world.journal.appendTogether([], many),
      world.journal.appendTogether([large], []),
    ])
      expect(await refused.then(() => "taken", String)).toContain("more than a batch may hold");
    await world.clock.settle();
    expect(world.port.underWay).toBe(0);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventId, seq } from "../../src/base/ids.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { dedupeHash } from "../../src/journal/batch.ts";
import { CommitWorld, RUN, states } from "../support/commit-world.ts";
import { fact, intake } from "../support/intake.ts";

describe("a commit that succeeds", () => {
  test("the answers of a turn wait for its commit, and then all of them go out", async () => {
    const world = new CommitWorld();
    const both = [world.append("a"), world.watch(world.journal.record(fact()))];
    await world.clock.settle();
    expect(states(both)).toEqual(["waiting", "waiting"]);
    expect(world.port.underWay).toBe(2);
    expect(world.journal.head).toBe(seq(0));

    world.port.commits();
    await world.clock.settle();

    expect(states(both)).toEqual(["taken", "taken"]);
    expect(world.journal.head).toBe(seq(2));
  });

  test("under load batches grow: what comes while the log is busy goes out in one piece", async () => {
    const world = new CommitWorld();
    for (const key of ["a", "b", "c", "d", "e"]) {
      world.append(key);
      await world.clock.settle();
    }
    const late = world.append("f");
    await world.clock.settle();
    expect(world.port.batches.map((batch) => batch.length)).toEqual([1, 1]);

    world.port.commits();
    await world.clock.settle();

    expect(world.port.batches.map((batch) => batch.length)).toEqual([1, 1, 4]);
    expect(late.state).toBe("waiting");
  });

  test("a duplicate is answered with its original's place and run, beside new ones with this life's", async () => {
    const world = new CommitWorld();
    const answer = world.journal.append(intake(["new", "old", "newer"]));
    await world.clock.settle();
    world.port.commits((hash) => (hash === dedupeHash("s", "old") ? [3, 9] : null));

    expect(await answer).toEqual([
      { id: eventId(seq(1), RUN), seq: seq(1), duplicate: false },
      { id: eventId(seq(3), 9), seq: seq(3), duplicate: true },
      { id: eventId(seq(3), RUN), seq: seq(3), duplicate: false },
    ]);
  });

  test("everyone gets their own answers, whatever is sent in which turns, in batches within the caps", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.nat({ max: 5 }), fc.constantFrom("turn", "commit", "fact")), {
          maxLength: 60,
        }),
        async (script) => {
          const world = new CommitWorld();
          let place = 1;
          let sent = 0;
          const answers: Promise<void>[] = [];
          for (const step of script) {
            if (step === "turn") await world.clock.settle();
            else if (step === "commit") {
              if (world.port.underWay > 0) world.port.commits();
            } else if (step === "fact") {
              const mine = place++;
              answers.push(world.journal.record(fact()).then((at) => expect(at).toBe(seq(mine))));
            } else {
              const mine = place;
              const keys = Array.from({ length: step }, () => `k${sent++}`);
              place += Math.max(1, step);
              const answered = world.journal.append(intake(keys));
              answers.push(
                answered.then((rows) =>
                  expect(rows.map((row) => row.seq)).toEqual(keys.map((_, i) => seq(mine + i))),
                ),
              );
            }
          }
          await world.clock.settle();
          while (world.port.underWay > 0) {
            world.port.commits();
            await world.clock.settle();
          }
          await Promise.all(answers);
          expect(world.journal.head).toBe(seq(place - 1));
        },
      ),
      { numRuns: 200 },
    ));

  test("a batch holds no more entries and bytes than its caps, unless a single one is larger", async () => {
    const world = new CommitWorld();
    for (let index = 0; index < LIMITS.COMMIT_ENTRIES_MAX + 1; index++) world.append(`k${index}`);
    const large = new Uint8Array(LIMITS.COMMIT_BYTES_MAX / 2);
    const largest = new Uint8Array(LIMITS.COMMIT_BYTES_MAX + 1);
    for (const body of [large, large, largest]) {
      world.watch(world.journal.append(intake(["x"], { body })));
    }
    await world.clock.settle();
    while (world.port.underWay > 0) {
      world.port.commits();
      await world.clock.settle();
    }

    expect(world.port.batches.map((batch) => batch.length)).toEqual([
      LIMITS.COMMIT_ENTRIES_MAX,
      2,
      1,
      1,
    ]);
  });

  test("what a fact says counts as bytes too: large states go out in several batches", async () => {
    const world = new CommitWorld();
    const text = "x".repeat(LIMITS.COMMIT_BYTES_MAX / 4);
    for (let index = 0; index < 8; index++) world.watch(world.journal.record(fact(text)));
    await world.clock.settle();

    expect(world.port.underWay).toBe(3);
  });
});

describe("a commit that fails", () => {
  test("is told to everybody in it, and to nobody after", async () => {
    const world = new CommitWorld();
    const first = [world.append("a"), world.append("b")];
    await world.clock.settle();
    const second = world.append("c");

    world.port.fails("disk_full");
    await world.clock.settle();
    expect([...states(first), second.state]).toEqual(["disk_full", "disk_full", "waiting"]);
    world.port.commits();
    await world.clock.settle();

    expect(second.state).toBe("taken");
    expect(world.failures).toEqual([]);
  });

  test("on a full disk, what comes is refused for a second, and then tried again", async () => {
    const world = new CommitWorld();
    world.append("a");
    await world.clock.settle();
    world.port.fails("disk_full");
    await world.clock.settle();

    const early = world.append("b");
    await world.clock.advance(999);
    expect([early.state, world.journal.pressure()]).toEqual(["disk_full", "disk_full"]);
    await world.clock.advance(1);
    expect(world.journal.pressure()).toBeNull();
    const again = world.append("b");
    await world.clock.settle();
    expect(world.port.underWay).toBe(1);
    world.port.fails("disk_full");
    await world.clock.settle();
    expect([again.state, world.journal.pressure()]).toEqual(["disk_full", "disk_full"]);

    await world.clock.advance(1_000);
    const recovered = world.append("b");
    await world.clock.settle();
    world.port.commits();
    await world.clock.settle();
    expect([recovered.state, world.journal.pressure()]).toEqual(["taken", null]);
  });

  test.each(["fails", "dies"])(
    "when the log is in doubt (%s), everybody is refused for ever, and it is told once",
    async (how) => {
      const world = new CommitWorld();
      const under = world.append("a");
      await world.clock.settle();
      const next = world.append("b");
      if (how === "fails") world.port.fails("failing");
      else world.port.dies();
      await world.clock.advance(60_000);
      const after = [world.append("c"), world.watch(world.journal.record(fact()))];
      world.journal.fail("again");
      await world.clock.settle();

      expect(states([under, next, ...after])).toEqual(Array(4).fill("failing"));
      expect(world.failures.length).toBe(1);
      expect(world.port.batches.length).toBe(1);
    },
  );
});

import { describe, expect, test } from "bun:test";
import { JournalRefused } from "../../src/journal/journal.ts";
import { QuarantineWorld, timed } from "../support/quarantine-world.ts";

const HOUR_MS = 3_600_000;
const DOWN = Number.POSITIVE_INFINITY;

describe("a release", () => {
  test("lets in, after a secret is mended, what failed: as of its arrival, in order, once", async () => {
    const world = new QuarantineWorld([timed("wrong")]);
    for (const id of ["a", "b"]) expect(await world.send("right", { id, of: "c" })).toBe(401);
    const arrived = world.clock.now();
    await world.clock.advance(HOUR_MS);
    expect(await world.release("qua_1")).toMatchObject({
      status: "still_failing",
      code: "signature_mismatch",
    });

    world.configure([timed("right")]);
    expect(await world.send("right", { id: "b", of: "c" })).toBe(202);
    expect(await world.release("qua_1", true)).toEqual({ status: "verified" });
    expect(await world.events()).toHaveLength(1);
    const [first, second] = [await world.release("qua_1"), await world.release("qua_2")];

    const events = await world.events();
    expect(
      events.map(({ dedupeKey, receivedAt, origin }) => [dedupeKey, receivedAt, origin]),
    ).toEqual([
      ["b", arrived + HOUR_MS, "webhook"],
      ["a", arrived, "webhook"],
    ]);
    expect(first).toMatchObject({ events: [{ id: events[1]?.id ?? "", duplicate: false }] });
    expect(second).toMatchObject({ events: [{ id: events[0]?.id ?? "", duplicate: true }] });
    expect(world.posted.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq));
    expect(await world.kept()).toEqual([]);
    expect(await world.release("qua_1")).toEqual({ status: "not_found" });
  });

  test("of what was too old when it came does not pass later either", async () => {
    const world = new QuarantineWorld([timed("right")]);
    world.clock.jump(-HOUR_MS);
    const sent = world.send("right", { id: "a" });
    world.clock.jump(HOUR_MS);
    expect(await sent).toBe(401);
    expect(await world.release("qua_1")).toMatchObject({ code: "timestamp_too_old" });
    expect(await world.kept()).toHaveLength(1);
  });

  test("that the journal refuses leaves the request where it is", async () => {
    const world = new QuarantineWorld([timed("wrong")]);
    await world.send("right", { id: "a" });
    world.configure([timed("right")]);
    await world.inline.journal.close();

    await expect(world.release("qua_1")).rejects.toBeInstanceOf(JournalRefused);
    expect(await world.kept()).toHaveLength(1);
  });

  test("says why it cannot be: a source that is gone, an id that is not there, text that is none", async () => {
    const world = new QuarantineWorld([timed("wrong"), timed("wrong", { name: "gone" })]);
    await world.send("right", { id: "a" }, "gone");
    world.configure([timed("right")]);
    expect(await world.release("qua_1")).toMatchObject({ code: "unknown_source" });
    for (const id of ["qua_2", "1", "", "qua_01"])
      expect(await world.release(id)).toEqual({ status: "not_found" });
  });
});

describe("what is held", () => {
  test("is let in once its keys can be asked for, in order and once, also by the next life", async () => {
    const before = new QuarantineWorld([timed("right")]);
    before.desk.start();
    before.outages = DOWN;
    for (const id of ["a", "b", "c"]) expect(await before.send("right", { id, of: "x" })).toBe(202);
    await before.clock.advance(HOUR_MS);
    expect(await before.events()).toEqual([]);
    expect((await before.kept()).map(({ held }) => held)).toEqual([true, true, true]);
    await before.desk.stop();

    const world = new QuarantineWorld([timed("right")], before.log);
    world.outages = 1;
    await world.clock.advance(HOUR_MS);
    expect(await world.kept()).toHaveLength(3);
    world.desk.start();
    await world.clock.advance(1);
    expect(await world.kept()).toHaveLength(3);
    await world.clock.advance(5_000);

    expect((await world.events()).map(({ dedupeKey }) => dedupeKey)).toEqual(["a", "b", "c"]);
    expect(world.posted).toHaveLength(3);
    expect(await world.kept()).toEqual([]);
    expect(world.clock.nextIn()).toBeNull();
    await world.desk.stop();
  });

  test("stays as one that failed when it proves false", async () => {
    const world = new QuarantineWorld([timed("right")]);
    world.outages = 1;
    expect(await world.send("wrong", { id: "a" })).toBe(202);
    await world.clock.advance(5_000);

    expect(await world.kept()).toMatchObject([{ held: false, code: "signature_mismatch" }]);
    expect(await world.events()).toEqual([]);
    expect(world.clock.nextIn()).toBeNull();
  });

  test("is tried ever less often, up to once a minute, while nothing answers", async () => {
    const world = new QuarantineWorld([timed("right")]);
    world.outages = DOWN;
    await world.send("right", { id: "a" });
    const waits: (number | null)[] = [];
    for (let round = 0; round < 6; round++) {
      const wait = world.clock.nextIn();
      waits.push(wait);
      await world.clock.advance(wait ?? 0);
    }
    expect(waits).toEqual([5_000, 5_000, 10_000, 20_000, 40_000, 60_000]);
    await world.desk.stop();
    expect(world.clock.nextIn()).toBeNull();
  });

  test("of one source does not wait for another's keys, nor for one request on which our code breaks", async () => {
    const world = new QuarantineWorld([timed("right"), timed("right", { name: "bank" })]);
    world.outages = 3;
    await world.send("right", { id: "a" });
    await world.send("right", { id: "b" });
    await world.send("right", { id: "c" }, "bank");
    const shop = world.receiving.sources.find("shop");
    let calls = 0;
    Object.assign(shop?.provider ?? {}, {
      verify: () => {
        calls++;
        throw new Error("a fault of ours");
      },
    });
    await world.clock.advance(5_000);

    expect((await world.events()).map(({ dedupeKey }) => dedupeKey)).toEqual(["c"]);
    expect(calls).toBe(2);
    expect(world.receiving.errors).toHaveLength(2);
    expect(await world.kept()).toHaveLength(2);
    await world.desk.stop();
  });

  test("does not keep a shutdown waiting for a provider that does not answer", async () => {
    const world = new QuarantineWorld([timed("right")]);
    world.outages = 1;
    await world.send("right", { id: "a" });
    const { provider } = world.receiving.sources.find("shop") ?? {};
    Object.assign(provider ?? {}, { verify: () => new Promise(() => {}) });
    await world.clock.advance(5_000);

    let stopped = false;
    const stopping = world.desk.stop().then(() => {
      stopped = true;
    });
    await world.clock.advance(999);
    expect(stopped).toBe(false);
    await world.clock.advance(1);
    await stopping;
    expect(await world.kept()).toMatchObject([{ held: true }]);
  });

  test("whose source was removed waits for it to come back", async () => {
    const world = new QuarantineWorld([timed("right")]);
    world.outages = 1;
    await world.send("right", { id: "a" });
    world.configure([]);
    await world.clock.advance(HOUR_MS);
    expect(await world.kept()).toMatchObject([{ held: true }]);

    world.configure([timed("right")]);
    await world.clock.advance(60_000);
    expect(await world.events()).toHaveLength(1);
  });
});

import { expect, test } from "bun:test";
import { seq } from "../../../src/base/ids.ts";
import { LIMITS } from "../../../src/base/limits.ts";
import { FakePool, type Ran, verdictOf } from "../../support/handlers/fake-pool.ts";

const bad = { source: "bad", timeoutMs: 30_000 };
const good = { source: "good", timeoutMs: 30_000 };

/** Places of jobs that have no outcome yet. */
const placeOf = (world: FakePool, { position }: Ran): string | undefined =>
  world.pool.describe(seq(position))?.place;

/** A pool in which the source `bad` has just been convicted. */
async function convicted(): Promise<FakePool> {
  const world = await new FakePool(1).started();
  world.run("exits", bad);
  await world.clock.advance(3_000);
  return world;
}

test("a source whose every event loops delays the events of others for seconds at its first, then not at all", async () => {
  const world = await new FakePool(2).started();
  const slowest: number[] = [];
  const begun: { at: number; ran: Ran }[] = [];
  for (let tick = 0; tick < 60 * 5; tick++) {
    if (tick % 5 === 0) world.run("blocks", bad);
    begun.push({ at: tick * 200, ran: world.run("slow", good) });
    await world.clock.advance(200);
    for (const { at, ran } of begun.splice(0)) {
      if (verdictOf(ran) === null) begun.push({ at, ran });
      else
        slowest[Math.floor(at / 10_000)] = Math.max(
          slowest[Math.floor(at / 10_000)] ?? 0,
          (tick + 1) * 200 - at,
        );
    }
  }

  expect(begun).toEqual([]);
  expect(slowest[0]).toBeLessThanOrEqual(5_000);
  expect(slowest.slice(1)).toEqual([200, 200, 200, 200, 200]);
}, 20_000);

test("an event of a convicted source runs apart straight away, that of another source does not", async () => {
  const world = await convicted();

  const next = world.run("blocks", bad);
  const other = world.run("hangs", good);
  await world.clock.advance(200);

  expect([placeOf(world, next), placeOf(world, other)]).toEqual(["isolated", "shared"]);
});

test("a source is set apart once an event of it has been silent alone, long before its time is up", async () => {
  const world = await new FakePool(1).started();
  world.run("blocks", bad);
  // Beside it, or the shared host would be let alone with it.
  world.run("slow", good);
  await world.clock.advance(7_000);

  const next = world.run("hangs", bad);
  await world.clock.advance(500);

  expect(placeOf(world, next)).toBe("isolated");
});

test("an event that only takes its time alone does not set its source apart", async () => {
  const world = await new FakePool(1).started();
  const waits = world.run("hangs", good);
  world.run("exits", bad);
  await world.clock.advance(7_000);

  const next = world.run("hangs", good);
  await world.clock.advance(500);

  expect([placeOf(world, waits), placeOf(world, next)]).toEqual(["isolated", "shared"]);
});

test("a clean run apart clears a source that was convicted once, a run that throws does not", async () => {
  const world = await convicted();
  world.run("throws", bad);
  await world.clock.advance(500);
  const stillApart = world.run("slow", bad);
  await world.clock.advance(10);
  const apart = placeOf(world, stillApart);
  await world.clock.advance(500);

  const cleared = world.run("hangs", bad);
  await world.clock.advance(10);

  expect([apart, placeOf(world, cleared)]).toEqual(["isolated", "shared"]);
});

test("a conviction is forgotten after ten minutes and not before", async () => {
  const world = await convicted();
  await world.clock.advance(9 * 60_000);
  const before = world.run("hangs", bad);
  await world.clock.advance(500);
  const apart = placeOf(world, before);
  await world.clock.advance(60_000);

  const after = world.run("hangs", bad);
  await world.clock.advance(500);

  expect([apart, placeOf(world, after)]).toEqual(["isolated", "shared"]);
});

test("a convicted source never holds the last place, which a suspect of another then has at once", async () => {
  const world = await convicted();
  const looping = world.runs(10, "blocks", bad);
  await world.clock.advance(3_000);
  const held = looping.filter((ran) => placeOf(world, ran) === "isolated").length;

  const innocent = world.runs(3, "slow", good);
  const culprit = world.run("exits", { source: "third" });
  await world.clock.advance(2_000);

  expect(held).toBe(LIMITS.HOSTS_ISOLATED_MAX - 1);
  expect(innocent.map(verdictOf)).toEqual(innocent.map(() => "completed"));
  expect(verdictOf(culprit)).toBe("host_exited");
});

test("the first events of a source that loops leave a place to the others", async () => {
  const world = await new FakePool(1).started();

  const looping = world.runs(6, "blocks", bad);
  const innocent = world.runs(6, "slow", good);
  await world.clock.advance(4_000);

  expect(innocent.map(verdictOf)).toEqual(innocent.map(() => "completed"));
  expect(looping.map(verdictOf)).toEqual(looping.map(() => null));
});

test("an event that waits for a shared host runs apart when its source is convicted meanwhile", async () => {
  const world = await new FakePool(1).started();
  world.run("exits", bad);
  world.runs(LIMITS.HOST_JOBS_MAX - 1, "slow", good);
  world.runs(LIMITS.HOST_JOBS_MAX, "hangs", good);
  const last = world.run("hangs", bad);
  const before = placeOf(world, last);
  await world.clock.advance(20_000);

  expect([before, placeOf(world, last)]).toEqual(["queued", "isolated"]);
});

test("suspects of sources without a conviction go before older ones of a source with one, the oldest first", async () => {
  const world = await convicted();
  world.fakes.startMs = 500;
  const guilty = world.runs(2, "slow", bad);
  const innocent = world.runs(3, "slow", good);
  const culprit = world.run("exits", { source: "third" });
  await world.clock.advance(4_000);

  const order = world.fakes.hosts
    .slice(2)
    .flatMap((host) => host.received)
    .map(({ id }) => Number(id.slice("evt_".length)))
    .filter((position) => position !== culprit.position);
  const isolated = order.filter((position) => position > 1);
  expect(isolated.indexOf(innocent[0]?.position ?? 0)).toBeGreaterThanOrEqual(0);
  expect(isolated.indexOf(guilty[0]?.position ?? 0)).toBeGreaterThan(
    isolated.indexOf(innocent[2]?.position ?? 0),
  );
  expect(isolated.filter((position) => innocent.some((ran) => ran.position === position))).toEqual(
    innocent.flatMap((ran) => [ran.position]),
  );
});

import { expect, test } from "bun:test";
import { seq } from "../../../src/base/ids.ts";
import { noLog } from "../../../src/base/log.ts";
import { HandlerPool } from "../../../src/mailbox/host/pool.ts";
import { HostsCannotStart } from "../../../src/mailbox/host/shared.ts";
import { FakePool, verdictOf } from "../../support/handlers/fake-pool.ts";
import { jobOf, noSteps } from "../../support/handlers/jobs.ts";

/** The rejection of a promise, awaited while time is moved by others. */
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

test("a pool starts when its first host is ready", async () => {
  const world = new FakePool();
  let ready = false;

  const started = world.pool.start().then(() => {
    ready = true;
  });
  await world.clock.advance(10);
  const before = ready;
  await world.clock.advance(20);
  await started;

  expect(before).toBe(false);
  expect(world.pool.health()).toMatchObject({ wanted: 2, fault: null });
});

test("a pool whose configuration cannot be loaded says why and does not start", async () => {
  const world = new FakePool();
  world.fakes.broken.add("/team.ts");

  const failed = rejection(world.pool.start());
  await world.clock.advance(100);

  const error = await failed;
  expect(error).toBeInstanceOf(HostsCannotStart);
  expect((error as Error).message).toContain("a fault");
});

test("a host that takes for ever to start is given up on", async () => {
  const world = new FakePool();
  world.fakes.startMs = 3_600_000;

  const failed = rejection(world.pool.start());
  await world.clock.advance(21_000);

  expect(await failed).toBeInstanceOf(HostsCannotStart);
});

test("a reload gives new jobs to new hosts, and lets the old ones finish theirs", async () => {
  const world = await new FakePool().started();
  const old = world.run("slow");
  await world.clock.advance(1);

  const reloaded = world.pool.reload("/newer.ts");
  await world.clock.advance(25);
  await reloaded;
  const fresh = world.run("completes");
  await world.clock.advance(100);

  expect([verdictOf(old), verdictOf(fresh)]).toEqual(["completed", "completed"]);
  expect(world.fakes.living.map((host) => host.configPath)).toEqual(["/newer.ts", "/newer.ts"]);
});

test("a reload to a faulty configuration is refused, and the old hosts go on", async () => {
  const world = await new FakePool().started();
  world.fakes.broken.add("/faulty.ts");

  const refused = rejection(world.pool.reload("/faulty.ts"));
  await world.clock.advance(100);
  const job = world.run("completes");
  await world.clock.advance(100);

  expect(await refused).toBeInstanceOf(HostsCannotStart);
  expect(verdictOf(job)).toBe("completed");
  expect(world.fakes.living.map((host) => host.configPath)).toEqual(["/team.ts", "/team.ts"]);
});

test("of two reloads at once the newer wins and the other is told", async () => {
  const world = await new FakePool(1).started();

  const first = rejection(world.pool.reload("/first.ts"));
  const second = rejection(world.pool.reload("/second.ts"));
  await world.clock.advance(200);

  expect(await first).toBeInstanceOf(HostsCannotStart);
  expect(await second).toBeNull();
  expect(world.fakes.living.map((host) => host.configPath)).toEqual(["/second.ts"]);
});

test("hosts that cannot start any more are tried again ever more rarely, and the jobs wait", async () => {
  const world = await new FakePool(1).started();
  world.fakes.refusing = true;
  world.fakes.hosts[0]?.exit({ code: 1, signal: null });
  const job = world.run("completes");
  await world.clock.advance(60_000);
  const tries = world.fakes.hosts.length;
  const health = world.pool.health();

  world.fakes.refusing = false;
  await world.clock.advance(11_000);

  expect(tries).toBeGreaterThan(8);
  expect(tries).toBeLessThan(20);
  expect(health).toMatchObject({
    ready: 0,
    wanted: 1,
    waiting: 1,
    fault: expect.stringContaining("EAGAIN"),
  });
  expect(verdictOf(job)).toBe("completed");
  expect(world.pool.health().fault).toBeNull();
});

test("stopping waits for what runs and takes nothing more", async () => {
  const world = await new FakePool().started();
  const running = world.run("slow");
  await world.clock.advance(1);

  const stopped = world.pool.stop(5_000);
  const late = world.run("completes");
  await world.clock.advance(100);
  await stopped;

  expect(verdictOf(running)).toBe("completed");
  expect(verdictOf(late)).toBeNull();
  expect(world.fakes.living).toEqual([]);
});

test("stopping aborts at half of its grace and kills at its end, and blames nobody for it", async () => {
  const world = await new FakePool(1).started();
  const hanging = world.run("hangs", { timeoutMs: 60_000 });
  const blocking = world.run("blocks", { timeoutMs: 60_000 });
  await world.clock.advance(1);

  const stopped = world.pool.stop(1_000);
  await world.clock.advance(1_100);
  await stopped;

  expect([verdictOf(hanging), verdictOf(blocking)]).toEqual([null, null]);
  expect(world.fakes.living).toEqual([]);
});

test("stopping blames no job for the end of a host of its own", async () => {
  const world = await new FakePool(1).started();
  const looping = [
    world.run("blocks", { timeoutMs: 60_000 }),
    world.run("blocks", { timeoutMs: 60_000 }),
  ];
  await world.clock.advance(4_000);
  const places = looping.map(({ position }) => world.pool.describe(seq(position))?.place);

  const stopped = world.pool.stop(1_000);
  await world.clock.advance(1_100);
  await stopped;

  expect(places).toEqual(["isolated", "isolated"]);
  expect(looping.map(verdictOf)).toEqual([null, null]);
});

test("a handler that throws because it is told to stop is given back, not blamed", async () => {
  const world = await new FakePool(1).started();
  const job = world.run("hangs", { timeoutMs: 60_000 });
  await world.clock.advance(1);
  const stopped = world.pool.stop(1_000);
  await world.clock.advance(510);

  const host = world.fakes.hosts[0];
  const aborted = host?.received[0];
  if (aborted !== undefined)
    host?.answer(aborted, { kind: "threw", error: { code: "threw", message: "AbortError" } });
  await world.clock.advance(50);
  await stopped;

  expect(host?.aborts).toEqual([[1, "shutdown"]]);
  expect(verdictOf(job)).toBeNull();
});

test("where a job is and since when can be told until it has its outcome", async () => {
  const world = await new FakePool(1).started();
  const at = world.clock.now();
  const job = world.run("slow");
  await world.clock.advance(1);
  const running = world.pool.describe(seq(job.position));
  await world.clock.advance(100);

  expect(running).toEqual({ place: "shared", since: at });
  expect(world.pool.describe(seq(job.position))).toBeNull();
});

test("without a configuration every job completes at once and no process is started", async () => {
  const world = new FakePool();
  const deps = { clock: world.clock, log: noLog, spawn: world.fakes.spawn };
  const pool = new HandlerPool(deps, { hosts: 2, memoryBytesMax: 1, configPath: null });

  await pool.start();

  expect(await pool.run(jobOf(), noSteps)).toEqual({ kind: "completed", state: null, emitted: [] });
  expect(world.fakes.hosts).toEqual([]);
});

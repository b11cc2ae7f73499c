import { expect, test } from "bun:test";
import { seq } from "../../../src/base/ids.ts";
import { LIMITS } from "../../../src/base/limits.ts";
import { FakePool, verdictOf } from "../../support/handlers/fake-pool.ts";

test("every job that a healthy host answers has its outcome, in batches within the bound", async () => {
  const world = await new FakePool().started();

  const jobs = world.runs(500, "completes");
  await world.clock.advance(100);

  expect(jobs.map(verdictOf)).toEqual(jobs.map(() => "completed"));
  expect(world.fakes.hosts).toHaveLength(2);
});

test("a host is given no more jobs at a time than the bound, and the rest wait", async () => {
  const world = await new FakePool(1).started();

  world.runs(LIMITS.HOST_JOBS_MAX + 10, "hangs");
  await world.clock.advance(10);

  expect(world.fakes.hosts[0]?.running.size).toBe(LIMITS.HOST_JOBS_MAX);
  expect(world.pool.health().waiting).toBe(10);
});

test("a host is given no more bytes at a time than the bound, but always one job", async () => {
  const world = await new FakePool(1).started();

  world.runs(3, "hangs", { bytes: new Uint8Array(LIMITS.HOST_BYTES_MAX + 1) });
  await world.clock.advance(10);

  expect(world.fakes.hosts[0]?.running.size).toBe(1);
  expect(world.pool.health().waiting).toBe(2);
});

test("a job that ends its host is found among the others, and they all complete", async () => {
  const world = await new FakePool(1).started();

  const innocent = world.runs(20, "slow");
  const culprit = world.run("exits");
  await world.clock.advance(5_000);

  expect(verdictOf(culprit)).toBe("host_exited");
  expect(innocent.map(verdictOf)).toEqual(innocent.map(() => "completed"));
});

test("a job that blocks its host times out when its own time is up, the others complete long before", async () => {
  const world = await new FakePool(1).started();

  const innocent = world.runs(20, "slow");
  const culprit = world.run("blocks", { timeoutMs: 30_000 });
  await world.clock.advance(6_000);
  const early = innocent.map(verdictOf);
  const before = verdictOf(culprit);
  await world.clock.advance(30_000);

  expect(early).toEqual(innocent.map(() => "completed"));
  expect(before).toBeNull();
  expect(verdictOf(culprit)).toBe("timeout");
});

test("a job that swells is out of memory, the others complete", async () => {
  const world = await new FakePool(1).started();

  const innocent = world.runs(5, "slow");
  const culprit = world.run("swells");
  await world.clock.advance(5_000);

  expect(verdictOf(culprit)).toBe("out_of_memory");
  expect(innocent.map(verdictOf)).toEqual(innocent.map(() => "completed"));
});

test("a job that never answers times out at its time, and its host goes on", async () => {
  const world = await new FakePool(1).started();

  const hanging = world.run("hangs", { timeoutMs: 1_000 });
  await world.clock.advance(990);
  const before = verdictOf(hanging);
  await world.clock.advance(150);
  const after = world.run("completes");
  await world.clock.advance(50);

  expect(before).toBeNull();
  expect(verdictOf(hanging)).toBe("timeout");
  expect(world.fakes.hosts[0]?.aborts).toEqual([[1, "timeout"]]);
  expect(verdictOf(after)).toBe("completed");
  expect(world.fakes.hosts).toHaveLength(1);
});

test("an answer after the time was up is ignored, and a later step of that run is refused", async () => {
  const world = await new FakePool(1).started();
  const hanging = world.run("hangs", { timeoutMs: 200 });
  await world.clock.advance(20);
  const host = world.fakes.hosts[0];
  const job = host?.received[0];
  await world.clock.advance(500);

  let journaled = 0;
  host?.say({ steps: [[job?.no ?? 0, 1, "late", "1"]] });
  host?.say({ answers: [[job?.no ?? 0]] });
  world.run("completes", {}, async () => void journaled++);
  await world.clock.advance(100);

  expect(hanging.outcomes).toHaveLength(1);
  expect(verdictOf(hanging)).toBe("timeout");
  expect(journaled).toBe(0);
});

test("a host in which many runs were given up on is replaced once it is empty", async () => {
  const world = await new FakePool(1).started();

  world.runs(20, "hangs", { timeoutMs: 100 });
  await world.clock.advance(2_000);
  const next = world.run("completes");
  await world.clock.advance(500);

  expect(world.fakes.hosts.map((host) => host.alive)).toEqual([false, true]);
  expect(verdictOf(next)).toBe("completed");
});

test("an innocent is not blamed for what an earlier job left behind in an isolated host", async () => {
  const world = await new FakePool(1).started();

  // The bomb completes in the isolated host, too, and goes off under whoever is there next.
  const bombs = world.runs(4, "leaves-bomb");
  const innocent = world.runs(12, "slow");
  await world.clock.advance(10_000);

  expect(bombs.map(verdictOf)).toEqual(bombs.map(() => "completed"));
  expect(innocent.map(verdictOf)).toEqual(innocent.map(() => "completed"));
});

test("a proven culprit is tried again away from the others", async () => {
  const world = await new FakePool(1).started();
  const first = world.run("exits");
  await world.clock.advance(3_000);
  const shared = world.fakes.living[0];

  const again = world.run("exits", { position: first.position });
  const innocent = world.runs(5, "slow");
  await world.clock.advance(3_000);

  expect([verdictOf(first), verdictOf(again)]).toEqual(["host_exited", "host_exited"]);
  expect(shared?.alive).toBe(true);
  expect(innocent.map(verdictOf)).toEqual(innocent.map(() => "completed"));
});

test("convicts that loop leave room for suspects", async () => {
  const world = await new FakePool(1).started();
  const parts = { timeoutMs: 20_000 };
  const poison = world.runs(6, "blocks", parts);
  await world.clock.advance(120_000);
  for (const { position } of poison) world.run("blocks", { ...parts, position });
  await world.clock.advance(5_000);

  const culprit = world.run("exits");
  const innocent = world.runs(10, "slow");
  await world.clock.advance(3_000);

  expect(poison.map(verdictOf)).toEqual(poison.map(() => "timeout"));
  expect(verdictOf(culprit)).toBe("host_exited");
  expect(innocent.map(verdictOf)).toEqual(innocent.map(() => "completed"));
});

test("jobs that the host had not begun are no suspects", async () => {
  const world = await new FakePool(1).started();
  const jobs = world.runs(3, "hangs");
  await world.clock.advance(10);
  const host = world.fakes.hosts[0];
  const numbers = host?.received.map((job) => job.no) ?? [];
  host?.say({ deferred: numbers.slice(1) });

  host?.exit({ code: 1, signal: null });
  await world.clock.settle();

  expect(jobs.map(({ position }) => world.pool.describe(seq(position))?.place)).toEqual([
    "suspect",
    "queued",
    "queued",
  ]);
});

test("a job's time begins when its host begins it, not while it waits for the thread", async () => {
  const world = await new FakePool(1).started();
  const job = world.run("hangs", { timeoutMs: 300 });
  await world.clock.advance(10);
  const host = world.fakes.hosts[0];
  host?.say({ deferred: [1] });
  await world.clock.advance(1_000);
  const waiting = verdictOf(job);

  host?.say({ started: [1] });
  await world.clock.advance(250);
  const running = verdictOf(job);
  await world.clock.advance(200);

  expect([waiting, running, verdictOf(job)]).toEqual([null, null, "timeout"]);
});

test("a job whose time was up before its host began it has not timed out", async () => {
  const world = await new FakePool(1).started();
  const job = world.run("hangs", { timeoutMs: 300 });
  await world.clock.advance(10);
  const host = world.fakes.hosts[0];
  const send = host?.send.bind(host);
  if (host !== undefined) {
    // The host hears of the end and says first what it had not said yet: that the job waits.
    host.send = (message) => {
      if (message.aborts.length > 0) host.say({ deferred: [1] });
      send?.(message);
    };
  }

  await world.clock.advance(5_000);

  expect(host?.aborts).toEqual([[1, "timeout"]]);
  expect(verdictOf(job)).toBeNull();
});

test("a body that retention has emptied fails its job without a host", async () => {
  const world = await new FakePool(1).started();

  const gone = world.run("completes", { bytes: null });
  await world.clock.settle();

  expect(gone.outcomes).toEqual([
    expect.objectContaining({
      kind: "failed",
      error: expect.objectContaining({ code: "body_gone" }),
    }),
  ]);
});

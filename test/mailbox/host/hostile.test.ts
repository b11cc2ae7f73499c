import { afterAll, beforeAll, expect, test } from "bun:test";
import { resolve } from "node:path";
import { sleep, systemClock } from "../../../src/base/clock.ts";
import type { Outcome } from "../../../src/mailbox/handlers.ts";
import { errorCode } from "../../support/handlers/jobs.ts";
import { RealPool } from "../../support/handlers/real-pool.ts";

/** Real processes: what only they can show. Each test has innocents beside its culprit. */
let world: RealPool;
beforeAll(async () => {
  world = new RealPool(1);
  await world.pool.start();
});
afterAll(() => world.pool.stop(1_000));

const PARENT = resolve(import.meta.dir, "../../support/handlers/looping-parent.ts");

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process.
    return false;
  }
}

const kinds = (outcomes: readonly Outcome[]): string[] => outcomes.map((outcome) => outcome.kind);
const COMPLETED = ["completed", "completed", "completed"];

test("a handler that loops for ever times out, those beside it complete", async () => {
  const beside = world.busy(3, 400);
  const outcome = await world.run("loop-for-ever", { timeoutMs: 500 });

  expect(outcome).toEqual({
    kind: "threw",
    error: { code: "timeout", message: "The handler did not finish within 500 ms." },
  });
  expect(kinds(await beside)).toEqual(COMPLETED);
}, 20_000);

test("a handler that begins to loop after an await times out likewise", async () => {
  const beside = world.busy(3, 400);
  const outcome = await world.run("loop-after-await", { timeoutMs: 500 });

  expect(errorCode(outcome)).toBe("timeout");
  expect(kinds(await beside)).toEqual(COMPLETED);
}, 20_000);

test("a handler that exhausts memory is out of memory, those beside it complete", async () => {
  const beside = world.busy(3, 400);
  const outcome = await world.run("exhausts", { timeoutMs: 20_000 });

  expect(errorCode(outcome)).toBe("out_of_memory");
  expect(kinds(await beside)).toEqual(COMPLETED);
}, 20_000);

test("a handler that ends its process is found, those beside it complete", async () => {
  const beside = world.busy(3, 400);
  const exits = await world.run("exits");
  const kills = await world.run("kills-itself");

  expect(exits).toEqual({
    kind: "threw",
    error: { code: "host_exited", message: "The handler's host exited with code 3." },
  });
  expect(kills).toEqual({
    kind: "threw",
    error: { code: "host_exited", message: "The handler's host was ended by SIGKILL." },
  });
  expect(kinds(await beside)).toEqual(COMPLETED);
}, 20_000);

test("a handler whose promise rejects late has thrown, with its causes", async () => {
  const outcome = await world.run("rejects-late");

  expect(outcome).toMatchObject({ kind: "threw", error: { code: "threw", message: "late" } });
  expect("error" in outcome && outcome.error.stack).toContain("the real reason");
});

test("a handler that never ends times out, and its host goes on", async () => {
  const outcome = await world.run("never-ends", { timeoutMs: 200 });
  const next = await world.run("nothing");

  expect(errorCode(outcome)).toBe("timeout");
  expect(next.kind).toBe("completed");
});

test("a handler that listens to its signal has timed out, not thrown", async () => {
  const outcome = await world.run("listens-to-signal", { timeoutMs: 200 });

  expect(errorCode(outcome)).toBe("timeout");
});

test("an error in a timer is its own job's, while that runs", async () => {
  const beside = world.busy(3, 50);
  const outcome = await world.run("timer-throws");

  expect(outcome).toMatchObject({ kind: "threw", error: { message: "in a timer" } });
  expect(kinds(await beside)).toEqual(COMPLETED);
});

test("an error in a timer after its job has answered is logged with that job's name and hurts nobody", async () => {
  const outcome = await world.run("timer-throws-after", { position: 9_001 });
  const line = await world.log.line(({ message }) => message.includes("in a timer, afterwards"));
  const next = await world.run("nothing");

  expect(outcome.kind).toBe("completed");
  expect(line).toMatchObject({ level: "error", fields: { event: "evt_9001", source: "crm" } });
  expect(next.kind).toBe("completed");
});

test("a rejection that nobody awaits is logged and hurts nobody", async () => {
  const outcome = await world.run("rejects-unawaited");
  await world.log.line(({ message }) => message.includes("nobody awaits this"));
  const next = await world.run("nothing");

  expect([outcome.kind, next.kind]).toEqual(["completed", "completed"]);
});

test("whatever a handler throws is stored as an error", async () => {
  const error = await world.run("throws");
  const text = await world.run("throws-text");
  const poison = await world.run("throws-poison");

  expect(error).toMatchObject({ kind: "threw", error: { message: "TypeError: no such customer" } });
  expect(text).toEqual({ kind: "threw", error: { code: "threw", message: "just text" } });
  expect(poison).toEqual({
    kind: "threw",
    error: { code: "threw", message: "The handler threw something that cannot be read." },
  });
});

test("many handlers that each compute for a while do not look like one that never ends", async () => {
  const deaths = () =>
    world.log.lines.filter(({ message }) => message.startsWith("A handler host ended"));
  const before = deaths().length;

  // One after the other on the host's thread they take three seconds: longer than a silent host lives.
  const jobs = Array.from({ length: 30 }, () =>
    world.run("computes", { data: { ms: 100 }, timeoutMs: 1_000 }),
  );

  expect(new Set(kinds(await Promise.all(jobs)))).toEqual(new Set(["completed"]));
  expect(deaths()).toHaveLength(before);
}, 20_000);

test("the team's code finds no channel to talk on", async () => {
  const outcome = await world.run("sends-garbage");

  expect(outcome).toMatchObject({ state: '{"channel":"undefined"}' });
});

test("a host ends with its process, even while a handler loops in it", async () => {
  const parent = Bun.spawn([process.execPath, PARENT], { stdout: "pipe", stderr: "inherit" });
  const told = await new Response(parent.stdout).text();
  await parent.exited;

  const host = Number(told.split(" ")[1]);
  expect(host).toBeGreaterThan(1);
  for (let tries = 0; tries < 100 && lives(host); tries++) await sleep(systemClock, 20);
  expect(lives(host)).toBe(false);
}, 10_000);

test("what the team's code writes becomes lines of the log, marked and tagged, that cannot pass for ours", async () => {
  await world.run("speaks", { position: 9_002 });

  const own = await world.log.line(({ message }) => message === "hello");
  const console_ = await world.log.line(({ message }) => message.startsWith("on the console"));
  const raw = await world.log.line(({ message }) => message.includes("forged"));

  expect(own.level).toBe("info");
  expect(own.fields).toMatchObject({
    from: "handler",
    event: "evt_9002",
    "handler.level": "forged",
    "handler.amount": 3,
  });
  expect(console_).toMatchObject({
    level: "warn",
    fields: { from: "handler", event: "evt_9002", source: "crm" },
  });
  expect(raw).toMatchObject({ level: "info", fields: { from: "handler", stream: "stdout" } });
});

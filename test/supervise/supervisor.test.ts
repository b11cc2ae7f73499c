import { expect, test } from "bun:test";
import fc from "fast-check";
import { noLog } from "../../src/base/log.ts";
import { exhausted, within } from "../../src/supervise/budget.ts";
import type { Child } from "../../src/supervise/child.ts";
import { Supervisor, TooManyRestarts } from "../../src/supervise/supervisor.ts";
import { SimClock } from "../support/sim-clock.ts";
import { keepsChildRules } from "./child.case.ts";

class Part implements Child {
  readonly name: string;
  readonly #log: string[];
  refusals = 0;
  fail: ((reason: unknown) => void) | null = null;
  stopping: Promise<void> = Promise.resolve();

  constructor(name: string, log: string[]) {
    this.name = name;
    this.#log = log;
  }

  async start(failed: (reason: unknown) => void): Promise<void> {
    if (this.refusals-- > 0) throw new Error(`${this.name} does not start`);
    this.#log.push(`+${this.name}`);
    this.fail = failed;
  }

  async stop(): Promise<void> {
    this.#log.push(`-${this.name}`);
    await this.stopping;
  }
}

function tree(intensity = 2): {
  clock: SimClock;
  log: string[];
  parts: [Part, Part, Part];
  top: Supervisor;
} {
  const clock = new SimClock();
  const log: string[] = [];
  const parts: [Part, Part, Part] = [new Part("a", log), new Part("b", log), new Part("c", log)];
  const options = { name: "top", intensity, periodMs: 10_000, stopMs: 1_000 };
  return { clock, log, parts, top: new Supervisor({ clock, log: noLog }, options, parts) };
}

const ignore = (): void => undefined;

keepsChildRules("a supervisor", () => {
  const { clock, top, log } = tree();
  return {
    child: top,
    clock,
    running: () =>
      log.filter((line) => line.startsWith("+")).length >
      log.filter((line) => line.startsWith("-")).length,
  };
});

test("children start in order and stop in reverse", async () => {
  const { log, top } = tree();
  await top.start(ignore);
  await top.stop();
  expect(log).toEqual(["+a", "+b", "+c", "-c", "-b", "-a"]);
});

test("a child that does not start stops those before it, and the start rejects with its reason", async () => {
  const { log, parts, top } = tree();
  parts[2].refusals = 1;
  expect(top.start(ignore)).rejects.toThrow("c does not start");
  await top.stop();
  expect(log).toEqual(["+a", "+b", "-b", "-a"]);
});

test("a child that falls is started again, alone", async () => {
  const { clock, log, parts, top } = tree();
  await top.start(ignore);
  parts[1].fail?.(new Error("fell"));
  await clock.advance(1_000);
  expect(log).toEqual(["+a", "+b", "+c", "-b", "+b"]);
});

test("a child that falls twice in one life is started again once", async () => {
  const { clock, log, parts, top } = tree();
  await top.start(ignore);
  const { fail } = parts[1];
  fail?.(new Error("fell"));
  fail?.(new Error("fell"));
  await clock.advance(1_000);
  expect(log).toEqual(["+a", "+b", "+c", "-b", "+b"]);
});

test("more falls than the budget allows stop them all in reverse, and the supervisor falls", async () => {
  const { clock, log, parts, top } = tree(2);
  let reason: unknown = null;
  await top.start((given) => {
    reason = given;
  });
  for (let n = 0; n < 3; n++) {
    parts[1].fail?.(new Error(`fall ${n}`));
    await clock.advance(1_000);
  }
  expect(reason).toBeInstanceOf(TooManyRestarts);
  expect(String(reason)).toContain("fall 2");
  expect(log.slice(-3)).toEqual(["-c", "-b", "-a"]);
});

test("falls that are far enough apart are forgiven for ever", async () => {
  const { clock, log, parts, top } = tree(1);
  await top.start(() => log.push("fell"));
  for (let n = 0; n < 5; n++) {
    parts[0].fail?.(new Error("fell"));
    await clock.advance(10_001);
  }
  expect(log).not.toContain("fell");
});

test("a start that fails during a restart spends the budget too", async () => {
  const { clock, parts, top } = tree(2);
  let fell = false;
  await top.start(() => {
    fell = true;
  });
  parts[0].refusals = 5;
  parts[0].fail?.(new Error("fell"));
  await clock.advance(5_000);
  expect(fell).toBe(true);
});

test("a child that does not stop is left behind in time", async () => {
  const { clock, log, parts, top } = tree();
  await top.start(ignore);
  parts[1].stopping = new Promise(() => undefined);
  const stopped = top.stop();
  await clock.advance(1_000);
  await stopped;
  expect(log.slice(-3)).toEqual(["-c", "-b", "-a"]);
});

test("levels multiply: what falls under a supervisor is first its own affair", async () => {
  const { clock, log, parts, top } = tree(1);
  const options = { name: "root", intensity: 1, periodMs: 60_000, stopMs: 5_000 };
  const root = new Supervisor({ clock, log: noLog }, options, [top]);
  let fell = 0;
  await root.start(() => fell++);
  for (let n = 0; n < 4; n++) {
    parts[0].fail?.(new Error("fell"));
    await clock.advance(2_000);
  }
  expect(fell).toBe(1);
  expect(log.filter((line) => line === "+a")).toHaveLength(4);
});

test("the budget agrees with a list of restart times", () => {
  const times = fc.array(fc.nat({ max: 100 }), { maxLength: 30 });
  fc.assert(
    fc.property(
      times,
      fc.nat({ max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      (given, intensity, periodMs) => {
        const sorted = given.sort((a, b) => a - b);
        let spent: number[] = [];
        for (const [index, now] of sorted.entries()) {
          const counting = sorted.slice(0, index).filter((at) => now - at <= periodMs).length;
          expect(exhausted(spent, now, { intensity, periodMs })).toBe(counting >= intensity);
          spent = [...within(spent, now, { intensity, periodMs }), now];
        }
      },
    ),
  );
});

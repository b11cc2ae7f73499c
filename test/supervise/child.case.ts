import { expect, test } from "bun:test";
import type { Child } from "../../src/supervise/child.ts";
import type { SimClock } from "../support/sim-clock.ts";

interface Case {
  readonly child: Child;
  readonly clock: SimClock;
  running(): boolean;
}

/** The rules that each part of the process keeps; see `Child`. */
export function keepsChildRules(what: string, open: () => Case): void {
  const ignore = (): void => undefined;

  test(`${what} works once its start resolves, and not any more once its stop resolves`, async () => {
    const { child, running } = open();
    await child.start(ignore);
    expect(running()).toBe(true);
    await child.stop();
    expect(running()).toBe(false);
  });

  test(`${what} can be stopped before it was started, and twice`, async () => {
    const { child, running } = open();
    await child.stop();
    await child.start(ignore);
    await Promise.all([child.stop(), child.stop()]);
    expect(running()).toBe(false);
  });

  test(`${what} can be started again`, async () => {
    const { child, running } = open();
    await child.start(ignore);
    await child.stop();
    await child.start(ignore);
    expect(running()).toBe(true);
  });

  test(`${what} ends stopped when it is stopped while it starts`, async () => {
    const { child, clock, running } = open();
    const started = child.start(ignore).catch(ignore);
    const stopped = child.stop();
    await clock.settle();
    await Promise.all([started, stopped]);
    expect(running()).toBe(false);
  });
}

import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Settings } from "../config/settings.ts";
import type { Child } from "../supervise/child.ts";

/** What every part may be given. */
export interface Common {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What may change while the process runs. */
export interface Now {
  settings: Settings;
  draining: boolean;
}

export const nothing = (): void => {};

/** A part that cannot fall by itself: what falls inside it is started again inside it. */
export function child(
  name: string,
  start: () => void | Promise<void>,
  stop: () => void | Promise<void>,
): Child {
  return { name, start: async () => start(), stop: async () => stop() };
}

/** A part that starts and stops by itself. */
export function service(name: string, own: { start(): unknown; stop(): unknown }): Child {
  const [start, stop] = [async () => void (await own.start()), async () => void (await own.stop())];
  return { name, start, stop };
}

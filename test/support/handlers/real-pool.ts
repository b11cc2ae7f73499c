import { systemClock } from "../../../src/base/clock.ts";
import type { Log, LogFields, LogLevel } from "../../../src/base/log.ts";
import type { Outcome } from "../../../src/mailbox/handlers.ts";
import { HandlerPool } from "../../../src/mailbox/host/pool.ts";
import { hostSpawner } from "../../../src/mailbox/host/spawn.ts";
import { HOST_COMMAND, HOSTILE_CONFIG, type JobParts, jobOf, noSteps } from "./jobs.ts";

export interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log whose lines can be awaited: a fact, where a sleep would be a guess. */
export class KeptLog implements Log {
  readonly lines: Line[] = [];
  #waiting: { matches: (line: Line) => boolean; resolve: (line: Line) => void }[] = [];

  debug(message: string, fields: LogFields = {}): void {
    this.#keep({ level: "debug", message, fields });
  }
  info(message: string, fields: LogFields = {}): void {
    this.#keep({ level: "info", message, fields });
  }
  warn(message: string, fields: LogFields = {}): void {
    this.#keep({ level: "warn", message, fields });
  }
  error(message: string, fields: LogFields = {}): void {
    this.#keep({ level: "error", message, fields });
  }

  /** The first line that matches, also one of earlier. */
  line(matches: (line: Line) => boolean): Promise<Line> {
    const known = this.lines.find(matches);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }

  #keep(line: Line): void {
    this.lines.push(line);
    for (const { matches, resolve } of this.#waiting) if (matches(line)) resolve(line);
    this.#waiting = this.#waiting.filter(({ matches }) => !matches(line));
  }
}

/** Real child processes that run the hostile team. */
export class RealPool {
  readonly log = new KeptLog();
  readonly pool: HandlerPool;
  #position = 0;

  constructor(hosts = 1, configPath = HOSTILE_CONFIG) {
    const deps = {
      clock: systemClock,
      log: this.log,
      spawn: hostSpawner(systemClock, HOST_COMMAND),
    };
    this.pool = new HandlerPool(deps, { hosts, memoryBytesMax: 256 * 2 ** 20, configPath });
  }

  run(
    type: string,
    parts: JobParts = {},
    stepped = noSteps as (name: string, result: string) => Promise<void>,
  ): Promise<Outcome> {
    return this.pool.run(jobOf({ position: ++this.#position, ...parts, type }), stepped);
  }

  /** Innocents that are busy for `ms` beside whatever the test does. */
  busy(count: number, ms: number): Promise<Outcome[]> {
    return Promise.all(Array.from({ length: count }, () => this.run("slow", { data: { ms } })));
  }
}

/** The state that a completed outcome brings, parsed; anything else is the outcome itself. */
export function stateOf(outcome: Outcome): unknown {
  const has = outcome.kind === "completed" || outcome.kind === "skipped";
  return has && outcome.state !== null ? JSON.parse(outcome.state) : outcome;
}

import { noLog } from "../../../src/base/log.ts";
import type { Outcome } from "../../../src/mailbox/handlers.ts";
import { HandlerPool } from "../../../src/mailbox/host/pool.ts";
import { SimClock } from "../sim-clock.ts";
import { type Behaviour, FakeHosts, MEMORY_MAX } from "./fake-hosts.ts";
import { type JobParts, jobOf, noSteps } from "./jobs.ts";

export interface Ran {
  readonly position: number;
  readonly type: Behaviour;
  /** Every outcome that was given: a right pool gives one. */
  readonly outcomes: Outcome[];
}

/** A pool over fake hosts, whose time is driven by hand. */
export class FakePool {
  readonly clock = new SimClock();
  readonly fakes = new FakeHosts(this.clock);
  readonly pool: HandlerPool;
  #position = 0;

  constructor(hosts = 2) {
    const deps = { clock: this.clock, log: noLog, spawn: this.fakes.spawn };
    this.pool = new HandlerPool(deps, {
      hosts,
      memoryBytesMax: MEMORY_MAX,
      configPath: "/team.ts",
    });
  }

  async started(): Promise<this> {
    const started = this.pool.start();
    await this.clock.advance(100);
    await started;
    return this;
  }

  run(
    type: Behaviour,
    parts: JobParts = {},
    stepped: (name: string, result: string) => Promise<void> = noSteps,
  ): Ran {
    const position = parts.position ?? ++this.#position;
    const ran: Ran = { position, type, outcomes: [] };
    const job = jobOf({ timeoutMs: 1_000, ...parts, type, position });
    void this.pool.run(job, stepped).then((outcome) => ran.outcomes.push(outcome));
    return ran;
  }

  runs(count: number, type: Behaviour, parts: JobParts = {}): Ran[] {
    return Array.from({ length: count }, () => this.run(type, parts));
  }
}

/** `completed`, `timeout`, `host_exited`, …; `null` while there is none. */
export function verdictOf(ran: Ran): string | null {
  const [outcome] = ran.outcomes;
  if (outcome === undefined) return null;
  return outcome.kind === "threw" ? outcome.error.code : outcome.kind;
}

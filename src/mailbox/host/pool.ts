import type { Clock, Millis } from "../../base/clock.ts";
import type { Seq } from "../../base/ids.ts";
import type { Log } from "../../base/log.ts";
import type { Handlers, Job, Outcome } from "../handlers.ts";
import { StartBackoff } from "./backoff.ts";
import { Guilty } from "./guilty.ts";
import { Host, type HostOwner } from "./host.ts";
import { Isolation } from "./isolation.ts";
import type { SpawnHost } from "./process.ts";
import type { TeamAnswer } from "./questions.ts";
import { type Place, Run, type Stepped } from "./run.ts";
import { SharedHosts } from "./shared.ts";
import { TeamDesk } from "./team-desk.ts";
import { Ticker } from "./ticker.ts";
import { COMPLETED, type TeamAsk } from "./wire.ts";

export interface PoolDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly spawn: SpawnHost;
}

export interface PoolOptions {
  /** Shared ones; up to `LIMITS.HOSTS_ISOLATED_MAX` more exist while a culprit is looked for. */
  readonly hosts: number;
  /** Resident memory of one host. */
  readonly memoryBytesMax: number;
  /** Absolute; `null` where there is no configuration and so no handler: every job completes at once. */
  readonly configPath: string | null;
}

export interface PoolHealth {
  readonly ready: number;
  readonly wanted: number;
  readonly waiting: number;
  /** Why hosts do not start at present. */
  readonly fault: string | null;
}

/** Runs the team's code in hosts of its own: see DESIGN.md in this folder. */
export class HandlerPool implements Handlers {
  readonly #deps: PoolDeps;
  #options: PoolOptions;
  readonly #guilty: Guilty;
  readonly #starts: StartBackoff;
  readonly #isolation: Isolation;
  readonly #shared: SharedHosts;
  readonly #ticker: Ticker;
  readonly #team: TeamDesk;
  readonly #hosts = new Set<Host>();
  readonly #runs = new Map<Seq, Run>();
  /** There is a configuration, and so there may be handlers. */
  #handling: boolean;
  #nextRun = 1;
  #stopping = false;

  constructor(deps: PoolDeps, options: PoolOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#handling = options.configPath !== null;
    this.#guilty = new Guilty(deps.clock, deps.log);
    this.#starts = new StartBackoff(deps.clock);
    this.#ticker = new Ticker(deps.clock, () => this.#tick());
    this.#team = new TeamDesk({
      clock: deps.clock,
      newHost: (owner) => this.#teamHost(owner),
    });
    const common = { clock: deps.clock, log: deps.log, guilty: this.#guilty, starts: this.#starts };
    this.#isolation = new Isolation({
      ...common,
      newHost: (owner) => this.#newHost(owner, this.#shared.configPath ?? ""),
    });
    this.#shared = new SharedHosts({
      ...common,
      isolation: this.#isolation,
      newHost: (owner, configPath) => this.#newHost(owner, configPath),
      count: () => this.#options.hosts,
    });
  }

  /** Resolves once a host is ready; rejects with `HostsCannotStart`. */
  async start(): Promise<void> {
    if (this.#options.configPath !== null) await this.#shared.adopt(this.#options.configPath);
  }

  /**
   * Jobs begin in hosts of this configuration from now on; the old hosts finish theirs. Rejects with
   * `HostsCannotStart`, and then everything is as before. Of two at once the later wins. `bounds`: the
   * configuration may ask for other hosts than before.
   */
  async reload(
    configPath: string,
    bounds?: Pick<PoolOptions, "hosts" | "memoryBytesMax">,
  ): Promise<void> {
    const before = this.#options;
    this.#options = { ...before, ...bounds };
    try {
      await this.#shared.adopt(configPath);
      this.#team.renew();
      this.#handling = true;
    } catch (error) {
      this.#options = before;
      throw error;
    }
  }

  /**
   * Lets running handlers end, aborts their signals at half of `graceMs`, kills at its end. Resolves when
   * no host is left. What has no outcome by then never gets one: it is in the journal, its attempt not counted.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#shared.close();
    this.#isolation.close();
    this.#team.renew();
    const hosts = [...this.#hosts];
    for (const host of hosts) host.retire();
    const cancelAbort = this.#deps.clock.after(graceMs / 2, () => {
      for (const host of hosts) host.abortForShutdown();
    });
    const cancelKill = this.#deps.clock.after(graceMs, () => {
      for (const host of hosts) host.kill(null);
    });
    await Promise.all(hosts.map((host) => host.exited.promise));
    cancelAbort();
    cancelKill();
    this.#ticker.stop();
  }

  run(job: Job, stepped: Stepped): Promise<Outcome> {
    if (!this.#handling) return Promise.resolve(COMPLETED);
    if (job.event.body === null) return Promise.resolve(BODY_GONE);
    return new Promise((resolve) => {
      if (this.#stopping) return;
      const run = new Run(this.#nextRun++, job, stepped, this.#deps.clock, (outcome) => {
        if (this.#runs.get(job.position) === run) this.#runs.delete(job.position);
        resolve(outcome);
      });
      this.#runs.set(job.position, run);
      if (this.#guilty.rank(job) > 0) this.#isolation.add(run);
      else this.#shared.place(run);
      this.#ticker.wake();
    });
  }

  /** Asks a function of the team's that no event is about, as `reconcile.list`. Never rejects. */
  ask(ask: TeamAsk, signal: AbortSignal): Promise<TeamAnswer> {
    return this.#team.ask(ask, signal);
  }

  /** Where a job is that has no outcome yet, and since when; `null` when it was not handed in. */
  describe(position: Seq): { readonly place: Place; readonly since: Millis } | null {
    const run = this.#runs.get(position);
    return run === undefined ? null : { place: run.place, since: run.since };
  }

  health(): PoolHealth {
    return {
      ready: this.#shared.ready,
      wanted: this.#handling ? this.#options.hosts : 0,
      waiting: this.#shared.waiting + this.#isolation.waiting,
      fault: this.#starts.fault,
    };
  }

  /** Whether the next look should be soon. */
  #tick(): boolean {
    let busy = this.#runs.size > 0 || this.#shared.ready < this.#options.hosts;
    for (const host of this.#hosts) {
      if (host.state === "gone") this.#hosts.delete(host);
      else host.tick();
      busy ||= host.abandoned > 0;
    }
    this.#isolation.tick();
    this.#shared.ensure();
    return busy;
  }

  #teamHost(owner: HostOwner): Host | null {
    const { configPath } = this.#shared;
    return configPath === null || this.#stopping ? null : this.#newHost(owner, configPath);
  }

  #newHost(owner: HostOwner, configPath: string): Host {
    const { clock, log, spawn } = this.#deps;
    const { memoryBytesMax } = this.#options;
    const host = new Host({ clock, log, spawn, owner, configPath, memoryBytesMax });
    this.#hosts.add(host);
    this.#ticker.wake();
    return host;
  }
}

const BODY_GONE: Outcome = {
  kind: "failed",
  reason: "Its body is not kept any more.",
  error: {
    code: "body_gone",
    message: "Retention has emptied the event's body, so it cannot be processed again.",
  },
};

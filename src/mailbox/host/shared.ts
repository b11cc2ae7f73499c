import type { Log } from "../../base/log.ts";
import type { Outcome } from "../handlers.ts";
import type { StartBackoff } from "./backoff.ts";
import type { Death } from "./death.ts";
import type { Guilty } from "./guilty.ts";
import type { Host, HostOwner } from "./host.ts";
import type { Isolation } from "./isolation.ts";
import { RunQueue } from "./queue.ts";
import type { Run } from "./run.ts";

/** No host could be started; the message names the faults of the configuration, one a line. */
export class HostsCannotStart extends Error {
  override readonly name = "HostsCannotStart";
}

export interface SharedDeps {
  readonly log: Log;
  readonly guilty: Guilty;
  readonly starts: StartBackoff;
  readonly isolation: Isolation;
  readonly newHost: (owner: HostOwner, configPath: string) => Host;
  /** Hosts wanted. */
  readonly count: () => number;
}

interface Candidate {
  readonly host: Host;
  readonly configPath: string;
  readonly adopted: PromiseWithResolvers<void>;
}

/** The hosts that each run many jobs at a time, and the jobs that wait for room in one of them. */
export class SharedHosts implements HostOwner {
  readonly #deps: SharedDeps;
  readonly #queue = new RunQueue();
  #hosts: Host[] = [];
  /** Evaluates another configuration; the others work until it is ready. */
  #candidate: Candidate | null = null;
  #configPath: string | null = null;
  #closed = false;

  constructor(deps: SharedDeps) {
    this.#deps = deps;
  }

  /** What the newest hosts run; `null` before the first was ready. */
  get configPath(): string | null {
    return this.#configPath;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  get ready(): number {
    return this.#hosts.filter((host) => host.state === "ready").length;
  }

  place(run: Run): void {
    const host = this.#queue.size === 0 ? this.#leastLoaded(run) : undefined;
    if (host === undefined) this.#queue.push(run);
    else this.#give(host, run);
  }

  /** Resolves once a host of this configuration takes the jobs; rejects with `HostsCannotStart`, and then nothing has changed. */
  adopt(configPath: string): Promise<void> {
    const earlier = this.#candidate;
    const adopted = Promise.withResolvers<void>();
    const host = this.#deps.newHost(this, configPath);
    this.#candidate = { host, configPath, adopted };
    // The newest wins; the one before it has not taken any job yet.
    earlier?.host.retire();
    earlier?.adopted.reject(
      new HostsCannotStart("Another configuration came before it was ready."),
    );
    return adopted.promise;
  }

  /** As many hosts as are wanted. A retired one that still works is replaced already. */
  ensure(): void {
    if (this.#closed || this.#configPath === null || this.#candidate !== null) return;
    const taking = this.#hosts.filter((host) => !host.retired && host.state !== "dying").length;
    for (let count = taking; count < this.#deps.count() && this.#deps.starts.open; count++) {
      this.#hosts.push(this.#deps.newHost(this, this.#configPath));
    }
  }

  /** Begins nothing more, and forgets who waits: they are in the journal. */
  close(): void {
    this.#closed = true;
    this.#queue.clear();
  }

  hostReady(host: Host): void {
    if (this.#candidate?.host === host) this.#switchTo(this.#candidate);
    this.hostFree(host);
  }

  hostAnswered(_host: Host, run: Run, outcome: Outcome): void {
    this.#deps.starts.worked();
    run.answer(outcome);
  }

  hostFree(host: Host): void {
    let run = this.#queue.first;
    while (run !== undefined) {
      // What was learnt of its source while it waited counts, too.
      const apart = this.#deps.guilty.rank(run.job) > 0;
      if (!apart && !host.hasRoomFor(run)) return;
      this.#queue.shift();
      if (apart) this.#deps.isolation.add(run);
      else this.#give(host, run);
      run = this.#queue.first;
    }
  }

  hostGone(host: Host, death: Death, begun: readonly Run[], untouched: readonly Run[]): void {
    const suspects = begun.length;
    this.#hosts = this.#hosts.filter((other) => other !== host);
    if (this.#candidate?.host === host) this.#refuse(this.#candidate, death);
    else if (!host.retired && suspects === 0) this.#deps.starts.failed(death.message);
    if (this.#closed) return;
    if (!host.retired || suspects > 0) {
      const fields = { host: host.pid, code: death.code, suspects };
      this.#deps.log.warn(`A handler host ended: ${death.message}`, fields);
    }
    for (const run of untouched) run.enter("queued");
    this.#queue.unshift(untouched);
    for (const run of begun) {
      if (host.given === 1) this.#deps.guilty.convict(run, death);
      else void this.#suspect(run);
    }
    this.ensure();
    for (const other of this.#hosts) this.hostFree(other);
  }

  async #suspect(run: Run): Promise<void> {
    // Seen as what it is, also while its steps are being journaled.
    run.enter("suspect");
    await run.stepsJournaled();
    this.#deps.isolation.add(run);
  }

  #give(host: Host, run: Run): void {
    run.enter("shared");
    host.give(run);
  }

  #leastLoaded(run: Run): Host | undefined {
    let best: Host | undefined;
    for (const host of this.#hosts) {
      if (host.hasRoomFor(run) && (best === undefined || host.load < best.load)) best = host;
    }
    return best;
  }

  #switchTo(candidate: Candidate): void {
    const old = this.#hosts;
    this.#candidate = null;
    this.#configPath = candidate.configPath;
    this.#hosts = [candidate.host];
    for (const host of old) host.retire();
    this.#deps.isolation.renew();
    this.ensure();
    candidate.adopted.resolve();
  }

  #refuse(candidate: Candidate, death: Death): void {
    this.#candidate = null;
    candidate.adopted.reject(new HostsCannotStart(death.message));
  }
}

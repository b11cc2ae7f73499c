import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Outcome } from "../handlers.ts";
import type { StartBackoff } from "./backoff.ts";
import type { Death } from "./death.ts";
import type { Guilty } from "./guilty.ts";
import type { Host, HostOwner } from "./host.ts";
import type { Run } from "./run.ts";

/** A suspect that takes longer than this, ms, gets company: the others do not wait for its time to be up. */
const BUSY_MS = 250;
/** An isolated host without a suspect is kept this long, ms. */
const IDLE_MS = 1000;

export interface IsolationDeps {
  readonly clock: Clock;
  readonly guilty: Guilty;
  readonly starts: StartBackoff;
  readonly newHost: (owner: HostOwner) => Host;
}

/**
 * Finds out which of the jobs that were in a dead host ended it: each runs again alone. Only a host that
 * was never given anything else is proof; one that ran others before may have died of what they left
 * behind, and then the suspect gets a fresh one. So the innocent get their outcome and lose nothing, and
 * most of them share a few hosts.
 */
export class Isolation implements HostOwner {
  readonly #deps: IsolationDeps;
  readonly #hosts = new Set<Host>();
  #suspects: Run[] = [];
  /** Found guilty on an earlier attempt: behind the suspects, most of whom are innocent. */
  #convicts: Run[] = [];
  #closed = false;

  constructor(deps: IsolationDeps) {
    this.#deps = deps;
  }

  get waiting(): number {
    return this.#suspects.length + this.#convicts.length;
  }

  add(run: Run): void {
    if (this.#closed) return;
    run.enter("suspect");
    if (this.#deps.guilty.has(run.job.position)) {
      run.alone = true;
      this.#convicts.push(run);
    } else this.#suspects.push(run);
    this.#assign();
  }

  /** The configuration is another one: hosts of the old one take no more suspects. */
  renew(): void {
    for (const host of this.#hosts) host.retire();
  }

  /** Takes nothing more, and forgets who waits: they are in the journal. */
  close(): void {
    this.#closed = true;
    this.#suspects = [];
    this.#convicts = [];
    this.renew();
  }

  tick(): void {
    this.#assign();
    const now = this.#deps.clock.monotonic();
    if (this.waiting > 0) return;
    for (const host of this.#hosts) {
      if (host.state === "ready" && host.load === 0 && now - host.changedAt > IDLE_MS)
        host.retire();
    }
  }

  hostReady(): void {
    this.#assign();
  }

  hostAnswered(_host: Host, run: Run, outcome: Outcome): void {
    this.#deps.starts.worked();
    if (outcome.kind !== "threw") this.#deps.guilty.clear(run.job.position);
    run.answer(outcome);
  }

  hostFree(host: Host): void {
    // What it left running could end the host under the next suspect.
    if (host.abandoned > 0) host.retire();
    this.#assign();
  }

  hostGone(host: Host, death: Death, begun: readonly Run[], untouched: readonly Run[]): void {
    this.#hosts.delete(host);
    if (host.given === 0 && !host.retired) this.#deps.starts.failed(death.message);
    if (this.#closed) return;
    for (const run of begun) {
      if (host.given === 1) this.#deps.guilty.convict(run, death);
      else void this.#again(run);
    }
    for (const run of untouched) this.add(run);
    this.#assign();
  }

  async #again(run: Run): Promise<void> {
    run.alone = true;
    await run.stepsJournaled();
    this.add(run);
  }

  #assign(): void {
    this.#assignFrom(this.#suspects);
    this.#assignFrom(this.#convicts);
    if (this.waiting > 0) this.#grow();
  }

  #assignFrom(runs: Run[]): void {
    for (let at = 0; at < runs.length; ) {
      const run = runs[at];
      const host = run === undefined ? undefined : this.#hostFor(run);
      if (run === undefined || host === undefined) at++;
      else {
        runs.splice(at, 1);
        run.enter("isolated");
        host.give(run);
      }
    }
  }

  #hostFor(run: Run): Host | undefined {
    for (const host of this.#hosts) {
      const free = host.state === "ready" && !host.retired && host.load === 0;
      if (free && (host.given === 0 || !run.alone)) return host;
    }
    return undefined;
  }

  /** One more host, unless one is on its way or will be free in a moment. */
  #grow(): void {
    const now = this.#deps.clock.monotonic();
    let living = 0;
    for (const host of this.#hosts) {
      if (host.retired || host.state === "dying") continue;
      if (host.state === "starting") return;
      // Free, but not fit for whoever waits: only a fresh one will do.
      if (host.load === 0) host.retire();
      else if (now - host.changedAt <= BUSY_MS) return;
      else living++;
    }
    // The last place is kept for suspects, or a few convicts that loop to the end of their time would hold all.
    const most = LIMITS.HOSTS_ISOLATED_MAX - (this.#suspects.length > 0 ? 0 : 1);
    if (living >= most || this.#hosts.size >= 2 * LIMITS.HOSTS_ISOLATED_MAX) return;
    if (!this.#closed && this.#deps.starts.open) this.#hosts.add(this.#deps.newHost(this));
  }
}

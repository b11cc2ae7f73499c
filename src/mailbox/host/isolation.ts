import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Outcome } from "../handlers.ts";
import type { StartBackoff } from "./backoff.ts";
import type { Death } from "./death.ts";
import type { Guilty, Rank } from "./guilty.ts";
import type { Host, HostOwner } from "./host.ts";
import type { Run } from "./run.ts";

/** A suspect that takes longer than this, ms, gets company: the others do not wait for its time to be up. */
const BUSY_MS = 250;
/** An isolated host without a suspect is kept this long, ms. */
const IDLE_MS = 1000;
const RANKS: readonly Rank[] = [0, 1, 2];
const PLACES = LIMITS.HOSTS_ISOLATED_MAX;

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
  /** Which run is in which host. */
  readonly #holding = new Map<Host, Run>();
  /** The longest in the pool first. */
  #waiting: Run[] = [];
  #closed = false;

  constructor(deps: IsolationDeps) {
    this.#deps = deps;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(run: Run): void {
    if (this.#closed) return;
    run.enter("suspect");
    if (this.#deps.guilty.has(run.job.position)) run.alone = true;
    const at = this.#waiting.findLastIndex((other) => other.no < run.no);
    this.#waiting.splice(at + 1, 0, run);
    this.#assign();
  }

  /** The configuration is another one: hosts of the old one take no more suspects. */
  renew(): void {
    for (const host of this.#hosts) host.retire();
  }

  /** Takes nothing more, and forgets who waits: they are in the journal. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.renew();
  }

  tick(): void {
    this.#accuse();
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

  hostAnswered(host: Host, run: Run, outcome: Outcome): void {
    this.#deps.starts.worked();
    this.#holding.delete(host);
    if (outcome.kind !== "threw") this.#deps.guilty.clear(run.job);
    run.answer(outcome);
  }

  hostFree(host: Host): void {
    // What it left running could end the host under the next suspect.
    if (host.abandoned > 0) host.retire();
    this.#assign();
  }

  hostGone(host: Host, death: Death, begun: readonly Run[], untouched: readonly Run[]): void {
    this.#hosts.delete(host);
    this.#holding.delete(host);
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

  /**
   * Alone and silent for as long as ends a shared host: its time may last, but the next event of its
   * source need not take others along meanwhile. Each run is counted once.
   */
  #accuse(): void {
    for (const [host, run] of this.#holding) {
      if (run.accused || host.given > 1 || !host.pulse.silent()) continue;
      run.accused = true;
      this.#deps.guilty.accuse(run.job.event.source);
    }
  }

  /** Those that are most likely innocent first; one more host if somebody could use it. */
  #assign(): void {
    const ranked: Record<Rank, Run[]> = { 0: [], 1: [], 2: [] };
    for (const run of this.#waiting) ranked[this.#deps.guilty.rank(run.job)].push(run);
    let wanted = false;
    for (const rank of RANKS) {
      // A source that loops may have thousands waiting: it is asked about once.
      const refused = new Set<string>();
      for (const run of ranked[rank]) {
        const { source } = run.job.event;
        if (refused.has(source)) continue;
        const host = this.#hostFor(run);
        if (!this.#mayHold(run)) refused.add(source);
        else if (host !== undefined) this.#give(host, run);
        else wanted = true;
        if (wanted && !this.#anyFree()) return this.#grow();
      }
    }
    if (wanted) this.#grow();
  }

  #give(host: Host, run: Run): void {
    this.#waiting.splice(this.#waiting.indexOf(run), 1);
    this.#holding.set(host, run);
    run.enter("isolated");
    host.give(run);
  }

  /**
   * Loopers hold a place to the end of their time. So the last place is not for sources that something is
   * held against, the one before it not for convicts, and no source has all, since the first events of one
   * that loops are not known for what they are.
   */
  #mayHold({ job }: Run): boolean {
    const rank = this.#deps.guilty.rank(job);
    let same = 0;
    let ranked = 0;
    for (const other of this.#holding.values()) {
      if (other.job.event.source === job.event.source) same++;
      if (this.#deps.guilty.rank(other.job) >= rank) ranked++;
    }
    return same < PLACES - 1 && (rank === 0 || ranked < PLACES - rank);
  }

  #anyFree(): boolean {
    for (const host of this.#hosts) {
      if (isFree(host)) return true;
    }
    return false;
  }

  #hostFor(run: Run): Host | undefined {
    for (const host of this.#hosts) {
      if (isFree(host) && (host.given === 0 || !run.alone)) return host;
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
    if (living >= PLACES || this.#hosts.size >= 2 * PLACES) return;
    if (!this.#closed && this.#deps.starts.open) this.#hosts.add(this.#deps.newHost(this));
  }
}

const isFree = (host: Host): boolean => host.state === "ready" && !host.retired && host.load === 0;

import type { Clock } from "../../../src/base/clock.ts";
import type { Outcome } from "../../../src/mailbox/handlers.ts";
import type { HostListener, HostProcess, SpawnHost } from "../../../src/mailbox/host/process.ts";
import type { FromHost, ToHost, WireJob } from "../../../src/mailbox/host/wire.ts";

/** What a job of this type does to a fake host. The event's type is the behaviour's name. */
export type Behaviour =
  /** Answers after `slow` ms or at once. */
  | "completes"
  | "slow"
  | "throws"
  /** Ends the host after 3 ms. */
  | "exits"
  /** The host says nothing more. */
  | "blocks"
  /** The host is well, the job never answers. */
  | "hangs"
  /** The host's memory grows. */
  | "swells"
  /** Answers, and ends the host 40 ms later: somebody else is then in it. */
  | "leaves-bomb"
  /** Runs one step, then answers with what the step gave. */
  | "steps"
  /** Runs one step; ends its host once the step is journaled, unless it was journaled before. */
  | "steps-then-exits";

export const SLOW_MS = 30;
export const MEMORY_MAX = 100;

/** Many hosts under one clock. Notes which job runs where, so that a test can see that none runs twice at a time. */
export class FakeHosts {
  readonly hosts: FakeHost[] = [];
  /** Configurations that a host refuses. */
  readonly broken = new Set<string>();
  /** The system refuses to start processes. */
  refusing = false;
  startMs = 20;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly spawn: SpawnHost = (configPath, listener) => {
    const host = new FakeHost(this.#clock, listener, configPath, this.hosts.length + 1);
    this.hosts.push(host);
    if (this.refusing)
      this.#clock.soon(() => host.exit({ code: null, signal: null, refused: "EAGAIN" }));
    else if (this.broken.has(configPath))
      host.later(this.startMs, () => host.say({ faults: ["a fault"] }));
    else host.later(this.startMs, () => host.say({ ready: true }));
    return host;
  };

  get living(): readonly FakeHost[] {
    return this.hosts.filter((host) => host.alive);
  }

  /** Hosts in which the job with this event id runs at present. */
  running(event: string): number {
    return this.living.filter((host) => [...host.running.values()].some((job) => job.id === event))
      .length;
  }
}

export class FakeHost implements HostProcess {
  readonly pid: number;
  readonly configPath: string;
  readonly running = new Map<number, WireJob>();
  readonly received: WireJob[] = [];
  readonly aborts: (readonly [number, string])[] = [];
  alive = true;
  rss = 10;
  #blocked = false;
  readonly #clock: Clock;
  readonly #listener: HostListener;
  readonly #steps = new Map<number, WireJob>();

  constructor(clock: Clock, listener: HostListener, configPath: string, pid: number) {
    this.#clock = clock;
    this.#listener = listener;
    this.configPath = configPath;
    this.pid = pid;
  }

  send(message: ToHost): void {
    if (!this.alive || this.#blocked) return;
    this.aborts.push(...message.aborts);
    for (const [no] of message.stepped) this.#stepped(no);
    if (message.jobs !== null)
      for (const job of JSON.parse(message.jobs) as WireJob[]) this.#begin(job);
    const { ping } = message;
    if (ping !== null) this.later(1, () => this.say({ pong: ping }));
  }

  kill(): void {
    this.later(2, () => this.exit({ code: null, signal: "SIGKILL" }), true);
  }

  async rssBytes(): Promise<number | null> {
    return this.alive ? this.rss : null;
  }

  /** What a blocked host would do later it never does, unless it is the system that does it. */
  later(ms: number, act: () => void, bySystem = false): void {
    this.#clock.after(ms, () => {
      if (this.alive && (bySystem || !this.#blocked)) act();
    });
  }

  say(message: FromHost): void {
    this.#listener.message(JSON.stringify(message));
  }

  exit(exit: Parameters<HostListener["exited"]>[0]): void {
    if (!this.alive) return;
    this.alive = false;
    this.running.clear();
    this.#listener.exited(exit);
  }

  answer(job: WireJob, outcome?: Outcome): void {
    if (!this.running.delete(job.no)) return;
    this.say({ answers: [outcome === undefined ? [job.no] : [job.no, outcome]] });
  }

  #begin(job: WireJob): void {
    this.received.push(job);
    this.running.set(job.no, job);
    const behaviour = job.type as Behaviour;
    if (behaviour === "completes") this.later(0, () => this.answer(job));
    if (behaviour === "slow") this.later(SLOW_MS, () => this.answer(job));
    if (behaviour === "throws") this.later(1, () => this.answer(job, THREW));
    if (behaviour === "exits") this.later(3, () => this.exit({ code: 1, signal: null }));
    if (behaviour === "blocks") this.#blocked = true;
    if (behaviour === "swells") this.rss = 2 * MEMORY_MAX;
    if (behaviour === "leaves-bomb") this.#leaveBomb(job);
    if (behaviour === "steps" || behaviour === "steps-then-exits") this.#step(job);
  }

  #leaveBomb(job: WireJob): void {
    this.later(0, () => this.answer(job));
    this.later(40, () => this.exit({ code: 1, signal: null }));
  }

  #step(job: WireJob): void {
    if (job.steps.length > 0) {
      this.later(1, () => this.answer(job));
      return;
    }
    this.#steps.set(job.no, job);
    this.later(1, () => this.say({ steps: [[job.no, 1, "only", '"done"']] }));
  }

  #stepped(no: number): void {
    const job = this.#steps.get(no);
    if (job?.type === "steps") this.later(1, () => this.answer(job));
    if (job?.type === "steps-then-exits") this.later(1, () => this.exit({ code: 1, signal: null }));
  }
}

const THREW: Outcome = { kind: "threw", error: { code: "threw", message: "the handler threw" } };

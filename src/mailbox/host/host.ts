import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Outcome } from "../handlers.ts";
import { type Death, exitOf, expired, START_MS_MAX, startTookTooLong, timedOut } from "./death.ts";
import { HostLines } from "./lines.ts";
import { Outbox } from "./outbox.ts";
import type { HostProcess, SpawnHost } from "./process.ts";
import { ABANDONED_MAX, Pulse, SILENT_TICKS_MAX } from "./pulse.ts";
import { Questions } from "./questions.ts";
import type { Run } from "./run.ts";
import { COMPLETED, decodeFromHost } from "./wire.ts";

export interface HostOwner {
  hostReady(host: Host): void;
  hostAnswered(host: Host, run: Run, outcome: Outcome): void;
  /** It may have room again: told once for all answers of one message. */
  hostFree(host: Host): void;
  /** `begun`: may have caused it. `untouched`: certainly not. The process is gone for sure. */
  hostGone(host: Host, death: Death, begun: readonly Run[], untouched: readonly Run[]): void;
}

export interface HostDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly spawn: SpawnHost;
  readonly owner: HostOwner;
  readonly configPath: string;
  readonly memoryBytesMax: number;
}

/**
 * One child process and the jobs in it.
 *
 * - `starting`: evaluates the configuration, takes no jobs. → `ready` when it says so; → `dying` when it
 *   reports faults or takes too long.
 * - `ready`: takes jobs while it has room and is not retired. → `dying` when it is silent, over its
 *   memory, or retired and empty.
 * - `dying`: killed. Answers that are on their way still count, since those jobs did end.
 * - `gone`: the process has exited; from here on, and not before, its jobs may run elsewhere.
 *
 * Any state → `gone` when the process exits by itself.
 */
export class Host {
  state: "starting" | "ready" | "dying" | "gone" = "starting";
  /** Takes no more jobs, ends when it is empty. */
  retired = false;
  /** Jobs it was ever given: a host that was given one only has no other suspect. */
  given = 0;
  /** By the monotonic reading: since when it has been idle, or not. */
  changedAt: number;
  readonly exited = Promise.withResolvers<void>();
  readonly pid: number;
  readonly pulse: Pulse;
  readonly questions: Questions;
  readonly #deps: HostDeps;
  readonly #process: HostProcess;
  readonly #outbox: Outbox;
  readonly #runs = new Map<number, Run>();
  readonly #abandoned = new Set<number>();
  readonly #lines: HostLines;
  #weight = 0;
  #death: Death | null = null;

  constructor(deps: HostDeps) {
    this.#deps = deps;
    this.changedAt = deps.clock.monotonic();
    this.#process = deps.spawn(deps.configPath, {
      message: (text) => this.#hear(text),
      output: (stream, line) => this.#lines.output(stream, line),
      exited: (exit) => this.#gone(this.#death ?? exitOf(exit)),
    });
    this.pid = this.#process.pid;
    this.#lines = new HostLines(deps.log, this.pid);
    this.#outbox = new Outbox(deps.clock, (message) => this.#process.send(message));
    this.questions = new Questions(this.#outbox);
    this.pulse = new Pulse(deps.clock, this.#process, deps.memoryBytesMax);
  }

  get load(): number {
    return this.#runs.size;
  }

  get abandoned(): number {
    return this.#abandoned.size;
  }

  /** Whether it would take `run` now. A body larger than all room is taken by an empty host. */
  hasRoomFor(run: Run): boolean {
    if (this.state !== "ready" || this.retired || this.#runs.size >= LIMITS.HOST_JOBS_MAX)
      return false;
    return this.#runs.size === 0 || this.#weight + run.weight <= LIMITS.HOST_BYTES_MAX;
  }

  give(run: Run): void {
    const now = this.#deps.clock.monotonic();
    if (this.#runs.size === 0) this.changedAt = now;
    run.deadlineAt = now + run.job.timeoutMs;
    this.given++;
    this.#runs.set(run.no, run);
    this.#weight += run.weight;
    this.#outbox.job(run);
  }

  /** Finishes what it has and ends. */
  retire(): void {
    this.retired = true;
    if (this.state === "starting" || this.#runs.size === 0) this.kill(null);
  }

  /** `death`: what its jobs are told, should one of them be the cause. */
  kill(death: Death | null): void {
    if (this.state === "dying" || this.state === "gone") return;
    this.state = "dying";
    this.#death = death;
    this.#process.kill();
  }

  /** Handlers that listen to their signal may leave early, and their jobs are given back. */
  abortForShutdown(): void {
    for (const run of this.#runs.values()) {
      run.stopping = true;
      this.#outbox.abort(run.no, "shutdown");
    }
  }

  /** Looks after the host; called every 50 ms while there is work, every 500 ms otherwise. */
  tick(): void {
    const now = this.#deps.clock.monotonic();
    if (this.state === "starting" && now - this.changedAt > START_MS_MAX)
      this.kill(startTookTooLong);
    if (this.state !== "ready") return;
    for (const run of this.#runs.values()) this.#expire(run, now);
    const ping = this.pulse.due(now);
    if (ping !== null) this.#outbox.ping(ping);
    const death = this.#silence() ?? this.pulse.overMemory();
    if (death !== null) this.kill(death);
    else if (this.pulse.wantsRest(now)) this.retire();
  }

  #expire(run: Run, now: number): void {
    if (run.expired !== null) run.expired.ticks++;
    if (run.expired !== null || run.deadlineAt === null || now < run.deadlineAt) return;
    run.expired = { ping: this.pulse.next(now), ticks: 0 };
    this.#outbox.abort(run.no, "timeout");
    this.#outbox.ping(run.expired.ping);
  }

  /**
   * Counted in ticks and pings, not in time: when this process itself stood still, the host's signs of
   * life wait to be read. A host whose only job ever is in its time is let alone; one whose only job is
   * out of its time need not be silent for as long.
   */
  #silence(): Death | null {
    const only = this.#runs.size === 1 ? this.#runs.values().next().value : undefined;
    const overdue = (only?.expired?.ticks ?? 0) >= SILENT_TICKS_MAX;
    if (only !== undefined && overdue) return timedOut(only.job.timeoutMs);
    if (only !== undefined && this.given === 1) return null;
    return this.pulse.silent() ? timedOut(null) : null;
  }

  #hear(text: string): void {
    if (this.state === "gone") return;
    const message = decodeFromHost(text);
    if (message === null) {
      this.kill({ code: "host_exited", message: "The handler's host said something unreadable." });
      return;
    }
    if (message.ready === true) this.#ready();
    if (message.faults !== undefined)
      this.kill({ code: "not_started", message: message.faults.join("\n") });
    for (const line of message.lines ?? []) this.#lines.line(line);
    for (const no of message.deferred ?? []) this.#defer(no);
    for (const no of message.started ?? []) this.#begin(no);
    for (const [no, step, name, result] of message.steps ?? []) this.#step(no, step, name, result);
    for (const [no, outcome] of message.answers ?? []) this.#answered(no, outcome ?? COMPLETED);
    for (const told of message.told ?? []) this.questions.told(told);
    if (message.pong !== undefined) this.#alive(message.pong);
    if (message.answers === undefined && message.pong === undefined) return;
    this.#deps.owner.hostFree(this);
    if (this.retired && this.#runs.size === 0) this.kill(null);
  }

  #ready(): void {
    if (this.state !== "starting") return;
    this.state = "ready";
    this.changedAt = this.#deps.clock.monotonic();
    this.#deps.owner.hostReady(this);
  }

  #defer(no: number): void {
    const run = this.#runs.get(no);
    if (run === undefined) return;
    // Should its time seem to be up: that was waiting for another to leave the thread.
    Object.assign(run, { deferred: true, deadlineAt: null, expired: null });
  }

  #begin(no: number): void {
    const run = this.#runs.get(no);
    if (run === undefined || !run.deferred) return;
    run.deferred = false;
    run.deadlineAt = this.#deps.clock.monotonic() + run.job.timeoutMs;
  }

  #step(no: number, step: number, name: string, result: string): void {
    const run = this.#runs.get(no);
    if (run === undefined) this.#outbox.stepped(no, step, "The handler's time was up.");
    else void run.journal(name, result).then((refused) => this.#outbox.stepped(no, step, refused));
  }

  #answered(no: number, outcome: Outcome): void {
    this.#abandoned.delete(no);
    const run = this.#take(no);
    if (run === undefined) return;
    if (run.stopping && outcome.kind === "threw") return;
    const late = run.expired !== null && outcome.kind === "threw";
    this.#deps.owner.hostAnswered(this, run, late ? expired(run.job.timeoutMs) : outcome);
  }

  #alive(pong: number): void {
    this.pulse.heard(pong);
    for (const run of this.#runs.values()) {
      if (run.expired === null || pong < run.expired.ping) continue;
      this.#take(run.no);
      this.#abandoned.add(run.no);
      this.#deps.owner.hostAnswered(this, run, expired(run.job.timeoutMs));
    }
    if (this.#abandoned.size > ABANDONED_MAX) this.retire();
  }

  #take(no: number): Run | undefined {
    const run = this.#runs.get(no);
    if (run === undefined || !this.#runs.delete(no)) return undefined;
    this.#weight -= run.weight;
    if (this.#runs.size === 0) this.changedAt = this.#deps.clock.monotonic();
    return run;
  }

  #gone(death: Death): void {
    const runs = [...this.#runs.values()];
    this.state = "gone";
    this.#runs.clear();
    const untouched = runs.filter((run) => run.deferred || this.#outbox.holds(run));
    const begun = runs.filter((run) => !untouched.includes(run));
    this.questions.gone(death.message);
    this.exited.resolve();
    this.#deps.owner.hostGone(this, death, begun, untouched);
  }
}

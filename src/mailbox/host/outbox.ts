import type { Clock } from "../../base/clock.ts";
import type { Run } from "./run.ts";
import type { AbortReason, TeamAsk, ToHost } from "./wire.ts";

/** What is to be said to one host, gathered into one message per turn of the loop. */
export class Outbox {
  readonly #clock: Clock;
  readonly #send: (message: ToHost) => void;
  #runs: Run[] = [];
  #stepped: [number, number, string | null][] = [];
  #aborts: [number, AbortReason][] = [];
  #asks: [number, TeamAsk][] = [];
  #dropped: number[] = [];
  #ping: number | null = null;
  #armed = false;

  constructor(clock: Clock, send: (message: ToHost) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  job(run: Run): void {
    this.#runs.push(run);
    this.#arm();
  }

  stepped(job: number, step: number, refused: string | null): void {
    this.#stepped.push([job, step, refused]);
    this.#arm();
  }

  abort(job: number, reason: AbortReason): void {
    this.#aborts.push([job, reason]);
    this.#arm();
  }

  ask(question: number, ask: TeamAsk): void {
    this.#asks.push([question, ask]);
    this.#arm();
  }

  drop(question: number): void {
    this.#dropped.push(question);
    this.#arm();
  }

  ping(number: number): void {
    this.#ping = number;
    this.#arm();
  }

  /** Given, but not sent yet. */
  holds(run: Run): boolean {
    return this.#runs.includes(run);
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#clock.soon(() => this.#flush());
  }

  #flush(): void {
    const runs = this.#runs;
    const message: ToHost = {
      jobs: runs.length === 0 ? null : JSON.stringify(runs.map((run) => run.wire())),
      bodies: runs.length === 0 ? null : joined(runs),
      stepped: this.#stepped,
      aborts: this.#aborts,
      ping: this.#ping,
      ...(this.#asks.length === 0 ? {} : { asks: this.#asks }),
      ...(this.#dropped.length === 0 ? {} : { dropped: this.#dropped }),
    };
    this.#armed = false;
    this.#runs = [];
    this.#stepped = [];
    this.#aborts = [];
    this.#asks = [];
    this.#dropped = [];
    this.#ping = null;
    this.#send(message);
  }
}

function joined(runs: readonly Run[]): Uint8Array {
  let size = 0;
  for (const run of runs) size += run.bytes;
  const bodies = new Uint8Array(size);
  let offset = 0;
  for (const run of runs) {
    if (run.job.event.body !== null) bodies.set(run.job.event.body, offset);
    offset += run.bytes;
  }
  return bodies;
}

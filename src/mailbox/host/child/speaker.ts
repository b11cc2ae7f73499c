import type { Clock } from "../../../base/clock.ts";
import type { Outcome } from "../../handlers.ts";
import {
  COMPLETED,
  type FromHost,
  type WireAnswer,
  type WireLine,
  type WireTold,
} from "../wire.ts";

/** Lines a second that a host may add to the log; beyond them they are counted, not kept. */
const LINES_PER_SECOND_MAX = 200;
const LINE_CHARACTERS_MAX = 4096;

/** What a host says, gathered into one message per turn of its loop. */
export class Speaker {
  readonly #clock: Clock;
  readonly #send: (text: string) => void;
  #answers: WireAnswer[] = [];
  #steps: [number, number, string, string][] = [];
  #deferred: number[] = [];
  #started: number[] = [];
  #lines: WireLine[] = [];
  #told: WireTold[] = [];
  #pong: number | undefined;
  #armed = false;
  #second = 0;
  #linesThisSecond = 0;

  constructor(clock: Clock, send: (text: string) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  answer(job: number, outcome: Outcome): void {
    this.#answers.push(outcome === COMPLETED ? [job] : [job, outcome]);
    this.#arm();
  }

  step(job: number, step: number, name: string, result: string): void {
    this.#steps.push([job, step, name, result]);
    this.#arm();
  }

  deferred(jobs: readonly number[]): void {
    this.#deferred.push(...jobs);
    this.#arm();
  }

  started(job: number): void {
    this.#started.push(job);
    this.#arm();
  }

  told(told: WireTold): void {
    this.#told.push(told);
    this.#arm();
  }

  pong(number: number): void {
    this.#pong = number;
    this.#arm();
  }

  line(line: WireLine): void {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) this.#nextSecond(second);
    if (++this.#linesThisSecond > LINES_PER_SECOND_MAX) return;
    this.#lines.push({ ...line, text: line.text.slice(0, LINE_CHARACTERS_MAX) });
    this.#arm();
  }

  /** Alone and at once: nothing else has been said before it, or will be after it. */
  ready(faults: readonly string[] | null): void {
    this.#send(JSON.stringify(faults === null ? { ready: true } : { faults }));
  }

  #nextSecond(second: number): void {
    const dropped = this.#linesThisSecond - LINES_PER_SECOND_MAX;
    this.#second = second;
    this.#linesThisSecond = 0;
    if (dropped <= 0) return;
    const text = `${dropped} lines more than ${LINES_PER_SECOND_MAX} in a second are left out`;
    this.#lines.push({ level: "warn", text, source: null, event: null });
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#clock.soon(() => this.#flush());
  }

  #flush(): void {
    this.#armed = false;
    const message: { -readonly [K in keyof FromHost]: FromHost[K] } = {};
    if (this.#steps.length > 0) message.steps = this.#steps.splice(0);
    if (this.#deferred.length > 0) message.deferred = this.#deferred.splice(0);
    if (this.#started.length > 0) message.started = this.#started.splice(0);
    if (this.#told.length > 0) message.told = this.#told.splice(0);
    if (this.#lines.length > 0) message.lines = this.#lines.splice(0);
    if (this.#answers.length > 0) message.answers = this.#answers;
    if (this.#pong !== undefined) message.pong = this.#pong;
    this.#answers = [];
    this.#pong = undefined;
    this.#send(JSON.stringify(message));
  }
}

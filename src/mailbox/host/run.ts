import type { Clock, Millis } from "../../base/clock.ts";
import type { Job, Outcome } from "../handlers.ts";
import type { WireJob } from "./wire.ts";

export type Stepped = (name: string, result: string) => Promise<void>;

/** Where a run is: waiting for a host, in a shared one, waiting for a host of its own, or alone in one. */
export type Place = "queued" | "shared" | "suspect" | "isolated";

/** One job on its way to its one outcome, through as many hosts as that takes. */
export class Run {
  readonly no: number;
  readonly job: Job;
  /** Of the body. */
  readonly bytes: number;
  /** Roughly what it puts on the way to a host, bytes. */
  readonly weight: number;
  place: Place = "queued";
  /** Wall time of entering its place. */
  since: Millis;
  /** By the monotonic reading; `null` while its host has not begun it. */
  deadlineAt: number | null = null;
  /** Its host said that it waits for others to leave the thread. */
  deferred = false;
  /** Time is up; the host was asked for a sign of life, with this ping. Ticks since then. */
  expired: { readonly ping: number; ticks: number } | null = null;
  /** Its signal was aborted because the process stops: what it throws now is not its fault. */
  stopping = false;
  /** It is under suspicion twice over: only a host that never ran anything else can say. */
  alone = false;
  /** Its source was accused of what it does at present. */
  accused = false;
  readonly #clock: Clock;
  readonly #stepped: Stepped;
  readonly #answer: (outcome: Outcome) => void;
  readonly #steps: [string, string][] = [];
  readonly #journaling = new Set<Promise<string | null>>();
  #answered = false;

  constructor(
    no: number,
    job: Job,
    stepped: Stepped,
    clock: Clock,
    answer: (outcome: Outcome) => void,
  ) {
    this.no = no;
    this.job = job;
    this.bytes = job.event.body?.byteLength ?? 0;
    this.weight = this.bytes + (job.state?.length ?? 0);
    for (const [, result] of job.event.steps) this.weight += result.length;
    this.since = clock.now();
    this.#clock = clock;
    this.#stepped = stepped;
    this.#answer = answer;
  }

  enter(place: Place): void {
    this.place = place;
    this.since = this.#clock.now();
    this.deadlineAt = null;
    this.deferred = false;
    this.expired = null;
  }

  /** The first outcome counts. */
  answer(outcome: Outcome): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#answer(outcome);
  }

  /** Resolves with `null` once journaled, with the reason when it is refused. */
  journal(name: string, result: string): Promise<string | null> {
    const journaling = this.#journal(name, result);
    this.#journaling.add(journaling);
    return journaling.finally(() => this.#journaling.delete(journaling));
  }

  /** A run that goes to another host must know there what it journaled in this one. */
  async stepsJournaled(): Promise<void> {
    while (this.#journaling.size > 0) await Promise.all(this.#journaling);
  }

  /** Its body goes beside it. */
  wire(): WireJob {
    const { event, state, stale, attempt, timeoutMs } = this.job;
    const { fact, request } = event;
    return {
      no: this.no,
      id: event.id,
      source: event.source,
      type: fact.type,
      connection: fact.connection,
      occurredAt: fact.occurredAt,
      receivedAt: fact.receivedAt,
      origin: fact.origin,
      headers: request.headers,
      item: fact.range !== null,
      size: this.bytes,
      steps: this.#steps.length === 0 ? event.steps : [...event.steps, ...this.#steps],
      state,
      stale,
      attempt,
      timeoutMs,
    };
  }

  async #journal(name: string, result: string): Promise<string | null> {
    try {
      await this.#stepped(name, result);
      this.#steps.push([name, result]);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : "The step could not be journaled.";
    }
  }
}

import { type Random, seededRandom } from "../base/random.ts";
import type { Payload } from "../config/types/handler.ts";
import type {
  Delivered,
  DeliverOptions,
  Receiver,
  TestEvent,
  TestLine,
} from "../config/types/testing.ts";
import type { ErrorFact } from "../journal/facts.ts";
import type { LoadedEvent } from "../journal/journal.ts";
import { stepText, stepValue } from "../mailbox/host/child/steps.ts";
import { readTeam, type Team } from "../mailbox/host/child/team.ts";
import { type Settle, settledUnhandled } from "../mailbox/run.ts";
import { judge, type Tried } from "../outcome/verdict.ts";
import { arrival } from "./arrival.ts";
import { Attempt, POSITION } from "./attempt.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { type HandClock, handOf } from "./test-clock.ts";
import { Wishes } from "./wished.ts";

const SEED = 1;

/**
 * Runs a handler on one event with a context in memory, by the same code as in production, and answers
 * what the journal would keep. `receiver`: a source as it stands in the configuration (then its `schemas`,
 * `retry`, `timeout` and `onStale` count), or a handler alone. Never rejects for what the handler does;
 * rejects with a `TypeError` for a faulty source, event or option.
 */
export async function deliver<State = Payload>(
  receiver: Receiver<State>,
  event: TestEvent,
  options: DeliverOptions<NoInfer<State>> = {},
): Promise<Delivered<State>> {
  const subject = subjectOf(receiver as Receiver);
  const clock = handOf(options.clock);
  const loaded = arrival(event, subject.settings.name, clock.now());
  return new Delivery<State>(subject, loaded, options, clock).run();
}

/** One event on its way to being settled. */
export class Delivery<State> {
  readonly #subject: Subject;
  readonly #event: LoadedEvent;
  readonly #options: DeliverOptions<State>;
  readonly #clock: HandClock;
  readonly #random: Random = seededRandom(SEED);
  readonly #wishes: Wishes;
  readonly #before: string;
  readonly #lines: TestLine[] = [];
  #steps: Map<string, string>;

  constructor(
    subject: Subject,
    event: LoadedEvent,
    options: DeliverOptions<State>,
    clock: HandClock,
  ) {
    this.#subject = subject;
    this.#event = event;
    this.#options = options;
    this.#clock = clock;
    this.#wishes = new Wishes(options.failures);
    this.#before = jsonOf(options.state ?? {}, "state");
    this.#steps = new Map(
      Object.entries(options.steps ?? {}).map(([name, result]) => [name, stepText(name, result)]),
    );
  }

  async run(): Promise<Delivered<State>> {
    const { settings } = this.#subject;
    const team = this.#team();
    const made = (this.#options.attempt ?? 1) - 1;
    let tried: Tried = { counted: made, attempts: made };
    const unhandled = this.#unhandled();
    if (unhandled !== null) return this.#settled(unhandled, made);
    for (;;) {
      const outcome = await this.#attempt(team, tried.attempts + 1);
      if (outcome === null) return this.#open("interrupted", null, null, tried.attempts);
      const verdict = judge(outcome, tried, settings.retry, this.#random);
      const attempts = tried.attempts + 1;
      if (verdict.kind === "settle") return this.#settled(verdict, attempts);
      if (this.#options.until !== "settled")
        return this.#open("retry", verdict.error, verdict.delayMs, attempts);
      tried = { counted: tried.counted + (verdict.asked ? 0 : 1), attempts };
      this.#clock.move(verdict.delayMs);
    }
  }

  /** The team of this source alone, as a host reads it from the configuration. */
  #team(): Team {
    const { settings, onEvent, schemas } = this.#subject;
    const handled = onEvent === null ? {} : { onEvent: this.#wishes.around(onEvent) };
    const checked = schemas === undefined ? {} : { schemas };
    const source = { provider: settings.provider, ...handled, ...checked };
    return readTeam({ sources: { [settings.name]: source } });
  }

  #unhandled(): Settle | null {
    const place = { position: POSITION, event: this.#event.seq, dueAt: null, waitingSince: null };
    return settledUnhandled({
      item: { ...place, counted: 0, attempts: 0, loaded: null },
      event: this.#event,
      settings: this.#subject.settings,
      stale: this.#options.stale ?? false,
      attempt: 0,
      startedAt: null,
      begunMs: 0,
    });
  }

  async #attempt(team: Team, attempt: number): ReturnType<Attempt["play"]> {
    const { timeoutMs } = this.#subject.settings;
    const played = new Attempt(this.#clock, team, {
      event: { ...this.#event, steps: [...this.#steps] },
      position: POSITION,
      attempt,
      state: this.#before,
      stale: this.#options.stale ?? false,
      timeoutMs,
    });
    this.#wishes.hung = () => this.#clock.soon(() => this.#clock.move(timeoutMs));
    const outcome = await played.play(this.#options.interrupt ?? null);
    this.#steps = played.steps;
    this.#lines.push(...played.lines);
    return outcome;
  }

  #settled(verdict: Settle, attempts: number): Delivered<State> {
    const { outcome, reason, error, state } = verdict;
    const emitted = verdict.emitted.map(({ type, id, data }) => ({
      type,
      id,
      data: JSON.parse(data),
    }));
    return { ...this.#soFar(state, attempts), outcome, reason, error, emitted, retryAfterMs: null };
  }

  #open(
    outcome: "retry" | "interrupted",
    error: ErrorFact | null,
    retryAfterMs: number | null,
    attempts: number,
  ): Delivered<State> {
    const open = { outcome, reason: null, error, emitted: [], retryAfterMs };
    return { ...this.#soFar(null, attempts), ...open };
  }

  #soFar(state: string | null, attempts: number) {
    return {
      state: JSON.parse(state ?? this.#before) as State,
      steps: Object.fromEntries([...this.#steps].map(([name, text]) => [name, stepValue(text)])),
      ran: this.#wishes.ran,
      attempts,
      log: this.#lines,
    };
  }
}

function jsonOf(value: unknown, what: string): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`\`${what}\` cannot be written as JSON.`);
  return text;
}

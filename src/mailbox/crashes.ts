import type { Clock, Millis } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Fact } from "../journal/facts.ts";
import { exhausted, type Intensity, within } from "../supervise/budget.ts";
import type { Actor } from "./actor.ts";
import type { Recorder } from "./recorder.ts";

export interface CrashesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: Recorder;
  budget(source: string): Intensity;
  /** Out of memory with it, and in again from the journal. */
  rebuild(actor: Actor): void;
  /** Out of memory with it. */
  dismiss(actor: Actor): void;
}

const BACKOFF_MS_FIRST = 100;
const BACKOFF_MS_MAX = 10_000;
/** Events that stand alone whose crashes are remembered; the journal keeps none for them. */
const ALONE_MAX = 10_000;
const MESSAGE_CHARS_MAX = 500;

/**
 * One-for-one: a crashed actor is built anew from the journal, after a rest that doubles with each crash
 * of the period. More crashes than the source's intensity allows halt its connection until an operator
 * looks; an event that stands alone becomes a dead letter. Others never notice.
 */
export class Crashes {
  readonly #deps: CrashesDeps;
  readonly #alone = new Map<string, Millis[]>();

  constructor(deps: CrashesDeps) {
    this.#deps = deps;
  }

  crashed(actor: Actor, error: unknown): void {
    const { clock, log } = this.#deps;
    const reason = describe(error);
    const { source, ref } = actor;
    const stack = error instanceof Error ? error.stack : undefined;
    log.warn("an actor crashed", { source, connection: ref?.key, error: reason, stack });
    actor.whenQuiet(() => {
      const budget = this.#deps.budget(source);
      const now = clock.now();
      const recent = within(this.#restarts(actor), now, budget);
      if (exhausted(recent, now, budget)) this.#giveUp(actor, reason, budget);
      else this.#restart(actor, reason, recent);
    });
  }

  #restarts(actor: Actor): readonly Millis[] {
    return actor.alone ? (this.#alone.get(actor.name) ?? []) : actor.restarts;
  }

  #restart(actor: Actor, reason: string, recent: readonly Millis[]): void {
    const at = this.#deps.clock.now();
    const restMs = Math.min(BACKOFF_MS_FIRST * 2 ** recent.length, BACKOFF_MS_MAX);
    const rest = (): void => {
      this.#deps.clock.after(restMs, () => this.#deps.rebuild(actor));
    };
    if (actor.ref !== null) {
      this.#record({ kind: "restarted", at, connection: actor.ref, reason }, actor, rest);
      return;
    }
    this.#remember(actor.name, [...recent, at]);
    rest();
  }

  #remember(name: string, restarts: Millis[]): void {
    this.#alone.delete(name);
    this.#alone.set(name, restarts);
    const [oldest] = this.#alone.keys();
    if (this.#alone.size > ALONE_MAX && oldest !== undefined) this.#alone.delete(oldest);
  }

  #giveUp(actor: Actor, reason: string, budget: Intensity): void {
    const at = this.#deps.clock.now();
    const why = `It crashed more than ${budget.intensity} times in ${budget.periodMs} ms; at last: ${reason}`;
    const { source, ref, item } = actor;
    const gone = (): void => this.#deps.dismiss(actor);
    this.#deps.log.error("given up after too many crashes", {
      source,
      connection: ref?.key,
      reason,
    });
    if (ref !== null)
      this.#record({ kind: "halted", at, connection: ref, reason: why }, actor, gone);
    else if (item === null) this.#deps.rebuild(actor);
    else this.#record(deadLetter(at, item, why), actor, gone);
  }

  #record(fact: Fact, actor: Actor, taken: () => void): void {
    this.#deps.recorder.record(fact, taken, (error) => {
      this.#deps.log.error("a crash could not be journaled", { error: describe(error) });
      this.#deps.rebuild(actor);
    });
  }
}

function deadLetter(at: Millis, item: NonNullable<Actor["item"]>, reason: string): Fact {
  return {
    kind: "settled",
    at,
    event: item.event,
    position: item.position,
    outcome: "failed",
    reason,
    error: { code: "actor_crashed", message: reason },
    state: null,
    emitted: [],
    attempt: item.attempts,
    startedAt: null,
    durationMs: 0,
    stale: false,
  };
}

function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, MESSAGE_CHARS_MAX);
}

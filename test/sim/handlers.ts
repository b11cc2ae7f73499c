import type { Clock } from "../../src/base/clock.ts";
import { sleep } from "../../src/base/clock.ts";
import type { Random } from "../../src/base/random.ts";
import type { Handlers, Job, Outcome } from "../../src/mailbox/handlers.ts";
import type { Checks } from "./checks.ts";
import type { Plan } from "./plan.ts";

export interface SimHandlersDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly checks: Checks;
  plan(): Plan;
  alive(): boolean;
  failed(error: unknown): void;
  log(line: string): void;
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

/** The team's code, of every kind. Its state is the list of positions that were applied. */
export class SimHandlers implements Handlers {
  readonly #deps: SimHandlersDeps;

  constructor(deps: SimHandlersDeps) {
    this.#deps = deps;
  }

  async run(job: Job, stepped: (name: string, result: string) => Promise<void>): Promise<Outcome> {
    const { checks, clock, random, log } = this.#deps;
    if (!this.#deps.alive()) return never();
    log(`run ${job.event.seq} at ${job.position}, attempt ${job.attempt}`);
    try {
      checks.began(job);
    } catch (error) {
      this.#deps.failed(error);
      return never();
    }
    const { handlerMs, steps } = this.#deps.plan();
    if (handlerMs > 0) await sleep(clock, random.below(handlerMs + 1));
    if (random.unit() < steps) await stepped(`step ${random.below(3)}`, "1");
    if (!this.#deps.alive()) return never();
    checks.ended(job);
    return this.#outcome(job);
  }

  #outcome(job: Job): Outcome {
    const { random } = this.#deps;
    const plan = this.#deps.plan();
    const error = { code: "threw", message: "no" };
    if (random.unit() < plan.breaks) throw new Error("handlers never reject, but these do");
    if (random.unit() < plan.throws) return { kind: "threw", error };
    if (random.unit() < plan.asksRetry) {
      return { kind: "retry", afterMs: random.unit() < 0.5 ? null : random.below(10_000), error };
    }
    if (random.unit() < plan.fails) return { kind: "failed", reason: "no", error };
    if (random.unit() < plan.skips) {
      return { kind: "skipped", reason: "no", state: null, emitted: [] };
    }
    const applied: unknown = JSON.parse(job.state ?? "[]");
    const state = [...(Array.isArray(applied) ? applied : []), job.position];
    return { kind: "completed", state: JSON.stringify(state), emitted: [] };
  }
}

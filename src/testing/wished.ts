import type { Context, OnEvent } from "../config/types/handler.ts";
import type { DeliverOptions, StepFailure } from "../config/types/testing.ts";

/** Names the steps that are tried, and makes those fail that a test wants to see failing. */
export class Wishes {
  readonly ran: string[] = [];
  readonly #left = new Map<string, (StepFailure | null)[]>();
  readonly #always = new Map<string, StepFailure>();
  /** Called when a step hangs: time has to pass now. */
  hung: () => void = () => {};

  constructor(failures: DeliverOptions["failures"] = {}) {
    for (const [name, given] of Object.entries(failures)) {
      if (given === "hang" || given instanceof Error) this.#always.set(name, given);
      else this.#left.set(name, [...given]);
    }
  }

  /** The same handler, with a context whose steps are watched. */
  around(handler: OnEvent): OnEvent {
    return (event, ctx) => handler(event, this.#watched(ctx));
  }

  #watched(ctx: Context): Context {
    const step: Context["step"] = (name, run) => ctx.step(name, () => this.#run(ctx, name, run));
    return new Proxy(ctx, {
      get: (target, key) => (key === "step" ? step : Reflect.get(target, key)),
      set: (target, key, value) => Reflect.set(target, key, value),
    });
  }

  #run<T>(ctx: Context, name: string, run: () => T | Promise<T>): T | Promise<T> {
    this.ran.push(name);
    const failure = this.#always.get(name) ?? this.#left.get(name)?.shift() ?? null;
    if (failure === null) return run();
    if (failure instanceof Error) throw failure;
    return this.#hang(ctx.signal);
  }

  /** As a call to somebody who never answers: it ends with the signal. */
  #hang(signal: AbortSignal): Promise<never> {
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.hung();
    });
  }
}

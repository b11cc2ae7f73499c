import type { Clock } from "../clock.ts";
import { err, type Result } from "../result.ts";
import type { AskFault } from "./client.ts";

/** Begins a step and says how to undo it while it is not done. */
type Begin<T> = (done: (result: Result<T, AskFault>) => void) => () => void;

/**
 * The one deadline over all steps of a request, and its caller's signal. When either ends it, the step under
 * way is undone at once, so that no socket outlives its request.
 */
export class AskLimit {
  #fault: AskFault | null = null;
  #undo: (fault: AskFault) => void = () => {};
  readonly #release: () => void;
  readonly #clock: Clock;
  readonly #until: number;

  constructor(clock: Clock, host: string, timeoutMs: number, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#until = clock.monotonic() + timeoutMs;
    const late = (): void =>
      this.#end({
        code: "timeout",
        detail: `${host} did not answer within ${timeoutMs} ms: answer sooner, or allow more time.`,
      });
    const aborted = (): void =>
      this.#end({ code: "aborted", detail: `The request to ${host} was given up by its sender.` });
    if (signal?.aborted) aborted();
    const cancel = clock.after(timeoutMs, late);
    signal?.addEventListener("abort", aborted);
    this.#release = () => {
      cancel();
      signal?.removeEventListener("abort", aborted);
    };
  }

  get leftMs(): number {
    return Math.max(0, this.#until - this.#clock.monotonic());
  }

  /** Runs one step; a fault when the limit is reached before or meanwhile. One step at a time. */
  step<T>(begin: Begin<T>): Promise<Result<T, AskFault>> {
    return new Promise((resolve) => {
      if (this.#fault !== null) return resolve(err(this.#fault));
      let over = false;
      const finish = (result: Result<T, AskFault>): void => {
        if (over) return;
        over = true;
        this.#undo = () => {};
        resolve(result);
      };
      const undo = begin(finish);
      if (over) return;
      this.#undo = (fault) => {
        finish(err(fault));
        undo();
      };
    });
  }

  /** The request is over: frees the timer and the signal. */
  close(): void {
    this.#release();
  }

  #end(fault: AskFault): void {
    this.#fault ??= fault;
    this.#undo(this.#fault);
  }
}

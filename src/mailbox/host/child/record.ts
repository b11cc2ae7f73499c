import { LIMITS } from "../../../base/limits.ts";
import type { Emitted } from "../../../journal/facts.ts";
import type { Outcome } from "../../handlers.ts";
import { COMPLETED, type WireJob } from "../wire.ts";
import { errorFact, Refused } from "./fault.ts";

/** How a handler ended itself. The first one stands, also when the team's code catches what it throws. */
export type Verdict =
  | { readonly kind: "skip"; readonly reason: string }
  | { readonly kind: "retry"; readonly afterMs: number | null }
  | { readonly kind: "fail"; readonly reason: string };

/** Thrown by `ctx.skip`, `ctx.retry` and `ctx.fail` to leave the handler; the verdict is kept beside it. */
export class HandlerEnded extends Error {
  override readonly name = "HandlerEnded";
}

const NO_STATE = "{}";

/** What one run has done so far, and what follows from it. The handler sees it through its context only. */
export class RunRecord {
  readonly job: WireJob;
  /** Answered: whatever the handler does from now on changes nothing. */
  done = false;
  readonly emitted: Emitted[] = [];
  emittedBytes = 0;
  /** By the monotonic reading. */
  readonly begunAt: number;
  /** It waited for others to leave the thread, and its time only began with it. */
  readonly deferred: boolean;
  #verdict: Verdict | null = null;
  #expired = false;
  #state: { value: unknown } | null = null;
  readonly #abort = new LazyAbort();

  constructor(job: WireJob, begunAt: number, deferred: boolean) {
    this.job = job;
    this.begunAt = begunAt;
    this.deferred = deferred;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get state(): unknown {
    this.#state ??= { value: JSON.parse(this.job.state ?? NO_STATE) };
    return this.#state.value;
  }

  set state(value: unknown) {
    this.#state = { value };
  }

  /** After the time is up neither steps nor emitted events are taken; at a shutdown the run may still finish. */
  abort(reason: "timeout" | "shutdown"): void {
    this.#expired ||= reason === "timeout";
    const detail = reason === "timeout" ? "The handler's time is up." : "The process is stopping.";
    this.#abort.abort(
      new DOMException(detail, reason === "timeout" ? "TimeoutError" : "AbortError"),
    );
  }

  /** Throws `Refused` when nothing that the handler does counts any more. */
  assertRunning(): void {
    if (this.#expired) throw new Refused("timeout", "The handler's time is up.");
    if (this.done)
      throw new Refused("run_over", "The handler has returned already: await what it starts.");
  }

  end(verdict: Verdict): never {
    this.#verdict ??= verdict;
    throw new HandlerEnded(`The handler ended itself: ${verdict.kind}.`);
  }

  /** `thrown`: what left the handler, if anything did. */
  outcome(thrown: { readonly error: unknown } | null): Outcome {
    const verdict = this.#verdict;
    if (verdict === null && thrown !== null)
      return { kind: "threw", error: errorFact(thrown.error) };
    if (verdict?.kind === "retry") return retried(verdict.afterMs);
    if (verdict?.kind === "fail") return failed(verdict.reason);
    if (verdict === null && this.#state === null && this.emitted.length === 0) return COMPLETED;
    try {
      const changes = { state: this.#changedState(), emitted: this.emitted };
      if (verdict === null) return { kind: "completed", ...changes };
      return { kind: "skipped", reason: verdict.reason, ...changes };
    } catch (error) {
      return { kind: "threw", error: errorFact(error) };
    }
  }

  /** JSON text, `null` when it is as it was, or when there is no connection to keep it for. */
  #changedState(): string | null {
    if (this.#state === null || this.job.connection === null) return null;
    const text = jsonText(this.#state.value, "ctx.state", "state_not_serialisable");
    if (text === (this.job.state ?? NO_STATE)) return null;
    const bytes = Buffer.byteLength(text);
    if (bytes <= LIMITS.STATE_BYTES_MAX) return text;
    throw new Refused(
      "state_too_large",
      `ctx.state is ${bytes} bytes of JSON; at most ${LIMITS.STATE_BYTES_MAX} are kept.`,
    );
  }
}

/** JSON of a value; throws `Refused` with `code` for what JSON cannot hold. */
export function jsonText(value: unknown, what: string, code: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new Refused(code, `${what} cannot be written as JSON: ${errorFact(error).message}`);
  }
  // JSON.stringify answers undefined for undefined, functions and symbols.
  if (text === undefined)
    throw new Refused(code, `${what} cannot be written as JSON: it is ${typeof value}.`);
  return text;
}

function retried(afterMs: number | null): Outcome {
  const error = { code: "retry_asked", message: "The handler asked to be tried again." };
  return { kind: "retry", afterMs, error };
}

function failed(reason: string): Outcome {
  return { kind: "failed", reason, error: { code: "failed_by_handler", message: reason } };
}

/** Most handlers never ask for the signal, and making one costs more than the rest of a small run. */
class LazyAbort {
  #controller: AbortController | null = null;
  #reason: DOMException | null = null;

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#reason !== null) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: DOMException): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }
}

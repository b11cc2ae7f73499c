import { parseDuration } from "../../../base/duration.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { Context, HandlerLog, Payload } from "../../../config/types/handler.ts";
import { Refused } from "./fault.ts";
import { jsonText, type RunRecord } from "./record.ts";
import { type JournalStep, Steps } from "./steps.ts";

export interface ContextDeps {
  readonly journalStep: JournalStep;
  readonly logFor: (record: RunRecord) => HandlerLog;
}

/**
 * What the team's handler is given beside the event. Functions are made when they are asked for, which
 * costs an unused one nothing and lets a handler take them apart: `({ state, step }) => …`.
 */
export class HandlerContext implements Context {
  readonly #record: RunRecord;
  readonly #deps: ContextDeps;
  #steps: Steps | null = null;

  constructor(record: RunRecord, deps: ContextDeps) {
    this.#record = record;
    this.#deps = deps;
  }

  get state(): Payload {
    return this.#record.state;
  }

  set state(value: Payload) {
    this.#record.state = value;
  }

  get step(): Context["step"] {
    this.#steps ??= new Steps(this.#record, this.#deps.journalStep);
    const steps = this.#steps;
    return (name, run) => steps.step(name, run);
  }

  get emit(): Context["emit"] {
    return (type, data, options) => emit(this.#record, type, data, options?.id);
  }

  get skip(): Context["skip"] {
    return (reason) => this.#record.end({ kind: "skip", reason: sentence(reason) });
  }

  get retry(): Context["retry"] {
    return (options) => this.#record.end({ kind: "retry", afterMs: milliseconds(options?.after) });
  }

  get fail(): Context["fail"] {
    return (reason) => this.#record.end({ kind: "fail", reason: sentence(reason) });
  }

  get stale(): boolean {
    return this.#record.job.stale;
  }

  get attempt(): number {
    return this.#record.job.attempt;
  }

  get signal(): AbortSignal {
    return this.#record.signal;
  }

  get log(): HandlerLog {
    return this.#deps.logFor(this.#record);
  }

  get connection(): Context["connection"] {
    const { source, connection } = this.#record.job;
    return connection === null ? null : { source, key: connection };
  }

  get source(): string {
    return this.#record.job.source;
  }
}

/** The data is written down at once: what the handler changes afterwards does not change what it sent. */
function emit(record: RunRecord, type: string, data: unknown, id: string | undefined): void {
  record.assertRunning();
  const bytes = typeof type === "string" ? Buffer.byteLength(type) : 0;
  if (bytes === 0 || bytes > LIMITS.EVENT_TYPE_BYTES_MAX) {
    throw new Refused(
      "emit_type_invalid",
      `An emitted event's type is text of 1 to ${LIMITS.EVENT_TYPE_BYTES_MAX} bytes.`,
    );
  }
  if (
    id !== undefined &&
    (typeof id !== "string" || id === "" || Buffer.byteLength(id) > LIMITS.DEDUPE_KEY_BYTES_MAX)
  ) {
    throw new Refused(
      "emit_id_invalid",
      `An emitted event's id is text of 1 to ${LIMITS.DEDUPE_KEY_BYTES_MAX} bytes.`,
    );
  }
  if (record.emitted.length >= LIMITS.EMITS_MAX) {
    throw new Refused("too_many_emits", `One run emits at most ${LIMITS.EMITS_MAX} events.`);
  }
  const text = jsonText(data, `The data of the emitted event ${type}`, "emit_not_serialisable");
  record.emittedBytes += Buffer.byteLength(text);
  if (record.emittedBytes > LIMITS.EMITTED_BYTES_MAX) {
    throw new Refused(
      "emit_too_large",
      `The data that one run emits is at most ${LIMITS.EMITTED_BYTES_MAX} bytes of JSON in all.`,
    );
  }
  record.emitted.push({ type, id: id ?? null, data: text });
}

/** `ctx.retry({ after })`: a duration or milliseconds, `null` when not given. */
function milliseconds(after: string | number | undefined): number | null {
  if (after === undefined) return null;
  const ms = typeof after === "string" ? parseDuration(after) : after;
  if (ms !== undefined && Number.isFinite(ms) && ms >= 0) return Math.round(ms);
  throw new Refused(
    "retry_after_invalid",
    `retry({ after }) takes "30s" or a number of milliseconds.`,
  );
}

const sentence = (reason: unknown): string =>
  String(reason).slice(0, LIMITS.ERROR_MESSAGE_CHARS_MAX);

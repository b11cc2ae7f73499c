import { LIMITS } from "../../../base/limits.ts";
import { Refused } from "./fault.ts";
import { jsonText, type RunRecord } from "./record.ts";

/** Resolves once the step is journaled; rejects with `Refused` when it never will be. */
export type JournalStep = (job: number, name: string, result: string) => Promise<void>;

/**
 * `undefined` is not JSON, and must not come back as `null`: it is kept as this text, which any JSON
 * parser reads as null and JSON.stringify never writes.
 */
const UNDEFINED = " null";

/** The named steps of one run. A result always comes back through its JSON, so that the first attempt sees what every later one will. */
export class Steps {
  readonly #record: RunRecord;
  readonly #journaled: Map<string, string>;
  readonly #journal: JournalStep;
  readonly #named = new Set<string>();

  constructor(record: RunRecord, journal: JournalStep) {
    this.#record = record;
    this.#journal = journal;
    this.#journaled = new Map(record.job.steps);
  }

  async step<T>(name: string, run: () => T | Promise<T>): Promise<T> {
    this.#claim(name);
    const earlier = this.#journaled.get(name);
    if (earlier !== undefined) return stepValue(earlier);
    const text = await this.#run(name, run);
    this.#record.assertRunning();
    await this.#journal(this.#record.job.no, name, text);
    return stepValue(text);
  }

  #claim(name: string): void {
    this.#record.assertRunning();
    if (typeof name !== "string" || name === "" || name.length > LIMITS.EVENT_TYPE_BYTES_MAX) {
      throw new Refused(
        "step_name_invalid",
        `A step's name is text of 1 to ${LIMITS.EVENT_TYPE_BYTES_MAX} characters.`,
      );
    }
    if (this.#named.has(name)) {
      throw new Refused(
        "step_name_repeated",
        `The step ${JSON.stringify(name)} is used twice in one run: its result is kept by its name.`,
      );
    }
    if (!this.#journaled.has(name) && this.#named.size + this.#journaled.size >= LIMITS.STEPS_MAX) {
      throw new Refused("too_many_steps", `An event has at most ${LIMITS.STEPS_MAX} steps.`);
    }
    this.#named.add(name);
  }

  async #run(name: string, run: () => unknown): Promise<string> {
    try {
      const result = await run();
      return stepText(name, result);
    } catch (error) {
      // It left nothing behind, so the handler may catch this and try the step again.
      this.#named.delete(name);
      throw error;
    }
  }
}

/** A step's result as it is kept. Throws `Refused` for what JSON cannot hold, or what is too large. */
export function stepText(name: string, result: unknown): string {
  if (result === undefined) return UNDEFINED;
  const what = `The result of step ${JSON.stringify(name)}`;
  const text = jsonText(result, what, "step_not_serialisable");
  const bytes = Buffer.byteLength(text);
  if (bytes <= LIMITS.STEP_BYTES_MAX) return text;
  throw new Refused(
    "step_too_large",
    `${what} is ${bytes} bytes of JSON; at most ${LIMITS.STEP_BYTES_MAX} are kept.`,
  );
}

/** The same, read back. */
export const stepValue = (text: string) => (text === UNDEFINED ? undefined : JSON.parse(text));

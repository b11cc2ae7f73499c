/**
 * A part of the process that is started, stopped and, when it falls, started again. All of them obey the
 * same rules, and one test holds them to it:
 * - `start` resolves once the part does its work, and rejects when it cannot; nothing is left over then.
 * - `stop` resolves once it does nothing any more, never rejects for having nothing to stop, and may be
 *   called at any time and twice.
 * - it can be started again after it was stopped.
 */
export interface Child {
  readonly name: string;
  /** `failed` is called, at most once a start, when it falls after it had started. */
  start(failed: (reason: unknown) => void): Promise<void>;
  stop(): Promise<void>;
}

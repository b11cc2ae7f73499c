import { formatDuration } from "../../base/duration.ts";
import type { Outcome } from "../handlers.ts";
import type { Exit } from "./process.ts";

/** Why a host ended, as the guilty job's error says it. */
export interface Death {
  readonly code: "host_exited" | "timeout" | "out_of_memory" | "not_started";
  readonly message: string;
}

/** `timeoutMs`: of the job whose time was up; `null` when the host was silent and several may be why. */
export function timedOut(timeoutMs: number | null): Death {
  const message =
    timeoutMs === null
      ? "The handler kept its host's thread busy without a pause, and the host was ended."
      : `The handler did not finish within ${formatDuration(timeoutMs)}.`;
  return { code: "timeout", message };
}

/** The outcome of a job whose time was up while its host was well. */
export const expired = (timeoutMs: number): Outcome => ({
  kind: "threw",
  error: timedOut(timeoutMs),
});

export function outOfMemory(bytes: number, bytesMax: number): Death {
  const message = `The handler's host used ${mebibytes(bytes)} of memory; ${mebibytes(bytesMax)} are allowed.`;
  return { code: "out_of_memory", message };
}

/** Evaluating the configuration, ms, with all that it imports. */
export const START_MS_MAX = 20_000;

export const startTookTooLong: Death = {
  code: "not_started",
  message: `The configuration was not evaluated within ${formatDuration(START_MS_MAX)}.`,
};

export function exitOf(exit: Exit): Death {
  if (exit.refused !== undefined) {
    return { code: "not_started", message: `No host can be started: ${exit.refused}` };
  }
  const code = exit.code === null ? "an unknown code" : `code ${exit.code}`;
  const how = exit.signal === null ? `exited with ${code}` : `was ended by ${exit.signal}`;
  return { code: "host_exited", message: `The handler's host ${how}.` };
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

import type { Clock } from "./clock.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
/** Ids and figures only: never a body, a header or a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** One JSON object a line. JSON escapes line breaks and control characters, so no field can forge a line. */
export function jsonLog(clock: Clock, level: LogLevel, write: (line: string) => void): Log {
  const at =
    (own: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (RANK[own] < RANK[level]) return;
      const time = new Date(clock.now()).toISOString();
      write(`${JSON.stringify({ time, level: own, message, ...fields })}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export const noLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

import { type Check, Fields, isObject, list, number, oneOf } from "./check.ts";
import type { RetrySettings } from "./settings.ts";
import { duration } from "./values.ts";

/** Five attempts within half a minute: enough for a hiccup; what is broken longer needs a person or a replay. */
export const RETRY_DEFAULT: RetrySettings = {
  attempts: 5,
  baseMs: 1000,
  factor: 2,
  maxMs: 3_600_000,
  jitter: "full",
  delaysMs: null,
};

const ATTEMPTS_MAX = 100;
const wait = duration("0ms", "30d");

/** `{ attempts, base, factor, max, jitter }`, or a list of waits: one for each attempt after the first. */
export const retry: Check<RetrySettings> = (value, place) => {
  if (Array.isArray(value)) {
    const delaysMs = list(wait, 0, ATTEMPTS_MAX - 1)(value, place);
    return (
      delaysMs && { ...RETRY_DEFAULT, attempts: delaysMs.length + 1, jitter: "none", delaysMs }
    );
  }
  if (!isObject(value))
    return place.fault(value, {
      message: "is neither an object nor a list of waits",
      allowed: '{ attempts: 5, base: "1s", factor: 2, max: "1h", jitter: "full" } or ["1s", "1m"]',
    });
  const fields = new Fields(value, place, ["attempts", "base", "factor", "max", "jitter"]);
  const baseMs = fields.read("base", wait, RETRY_DEFAULT.baseMs);
  const maxMs = fields.read("max", wait, Math.max(RETRY_DEFAULT.maxMs, baseMs));
  if (baseMs > maxMs) {
    place
      .at("base")
      .fault(fields.raw("base"), { message: "is longer than max", allowed: "a wait up to max" });
  }
  return {
    attempts: fields.read("attempts", number(1, ATTEMPTS_MAX), RETRY_DEFAULT.attempts),
    baseMs,
    factor: fields.read("factor", number(1, 10, false), RETRY_DEFAULT.factor),
    maxMs,
    jitter: fields.read("jitter", oneOf(["full", "none"]), RETRY_DEFAULT.jitter),
    delaysMs: null,
  };
};

import { httpUrl } from "./addresses.ts";
import {
  anyText,
  type Check,
  Fields,
  flag,
  list,
  number,
  oneOf,
  record,
  text,
  wrongType,
} from "./check.ts";
import { retry } from "./retry.ts";
import { duration, glob, rate } from "./values.ts";

/**
 * What the configuration may hold already and the process keeps, without acting on it yet. Its shape is
 * checked so that a slip is found now; that it does nothing is said in a warning.
 */

const ENDPOINT_KEYS = [
  "url",
  "types",
  "filter",
  "secret",
  "headers",
  "auth",
  "strategy",
  "order",
  "rateLimit",
  "concurrency",
  "timeout",
  "retry",
  "confirm",
  "paused",
] as const;

/** An endpoint as given. `plain`: some private addresses are excepted, so that http is possible. */
export function endpointCheck(plain: boolean): Check<Readonly<Record<string, unknown>>> {
  const url = httpUrl({ plain: plain ? "allowed" : "refused", query: true });
  return (value, place) => {
    const fields = new Fields(value, place, ENDPOINT_KEYS);
    fields.need("url", url, "", "is missing", "where events are sent to");
    fields.read("types", list(glob), null);
    fields.read("filter", plainJson, null);
    fields.read("secret", text, null);
    fields.read("headers", record(text, anyText), null);
    fields.read("auth", plainJson, null);
    fields.read("strategy", oneOf(["push", "batch", "pull"]), null);
    fields.read("order", oneOf(["none", "connection"]), null);
    fields.read("rateLimit", rate, null);
    fields.read("concurrency", number(1, 1000), null);
    fields.read("timeout", duration("100ms", "5m"), null);
    fields.read("retry", retry, null);
    fields.read("confirm", duration("1s", "7d"), null);
    fields.read("paused", flag, null);
    place.warn("is accepted, but nothing is sent yet in this version");
    return kept(fields, ENDPOINT_KEYS);
  };
}

const RECONCILE_KEYS = ["every", "expect", "list", "fetch"] as const;

/** Functions are kept as `true`: they live where the configuration is imported. */
export const reconcile: Check<Readonly<Record<string, unknown>>> = (value, place) => {
  const fields = new Fields(value, place, RECONCILE_KEYS);
  fields.read("every", duration("1s", "365d"), null);
  fields.read("expect", expectation, null);
  fields.read("list", callable, null);
  fields.read("fetch", callable, null);
  place.warn("is accepted, but nothing is asked of the provider yet in this version");
  return kept(fields, RECONCILE_KEYS);
};

const expectation: Check<true> = (value, place) => {
  const fields = new Fields(value, place, ["every", "grace"]);
  fields.need("every", duration("1s", "365d"), 0, "is missing", "a duration");
  fields.read("grace", duration("0ms", "365d"), null);
  return true;
};

export const callable: Check<true> = (value, place) =>
  typeof value === "function" ? true : wrongType(value, place, "a function");

/** Anything that JSON can carry; a function or a date inside would be lost on the way. */
const plainJson: Check<unknown> = (value, place) => {
  if (typeof value !== "object" || value === null) return wrongType(value, place, "an object");
  try {
    if (
      JSON.stringify(value).length <= 65_536 &&
      Bun.deepEquals(JSON.parse(JSON.stringify(value)), value)
    )
      return value;
  } catch {
    // Cyclic, or a bigint: said below.
  }
  return wrongType(value, place, "plain JSON of at most 64 KiB");
};

function kept(fields: Fields, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const given = keys.filter((key) => fields.has(key)).map((key) => [key, fields.raw(key)] as const);
  return Object.fromEntries(
    given.map(([key, value]) => [key, typeof value === "function" ? true : value]),
  );
}

import { SENT_HEADERS_MAX } from "../base/outgoing-headers.ts";
import { compilePayloadFilter } from "../base/payload-filter.ts";
import { err, ok, type Result } from "../base/result.ts";
import {
  type Check,
  Fields,
  flag,
  isObject,
  list,
  number,
  oneOf,
  record,
  wrongType,
} from "./check.ts";
import { endpointAuth, headerValue, sentHeaderName } from "./endpoint-auth.ts";
import { endpointUrl, type Reach } from "./endpoint-url.ts";
import type { Fault } from "./fault.ts";
import { Place } from "./place.ts";
import { retry } from "./retry.ts";
import { signingSecrets } from "./secrets.ts";
import type { EndpointFilter, EndpointSettings, RetrySettings } from "./settings.ts";
import { duration, glob, rate } from "./values.ts";

/** What the rest of the configuration lets endpoints do. */
export interface EndpointRules extends Reach {
  /** Where subscribers reach us, for confirmations; `null`: nowhere. */
  readonly publicUrl: string | null;
}

const [S, M, H] = [1000, 60_000, 3_600_000];

/** At once, then over three and a half days: the example schedule of the Standard Webhooks specification. */
export const ENDPOINT_RETRY_DEFAULT: RetrySettings = {
  attempts: 10,
  baseMs: 5 * S,
  factor: 2,
  maxMs: 24 * H,
  jitter: "full",
  delaysMs: [5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H],
};

const BATCH_DEFAULT: EndpointSettings["batch"] = { items: 100, waitMs: 1000 };
const CONCURRENCY_DEFAULT = 10;
const TIMEOUT_MS_DEFAULT = 15_000;
/** As many as sending takes. */
const TYPES_MAX = 100;

/** Each key as it is written, and what it is called once it is read. */
const KEYS = {
  url: "url",
  types: "types",
  filter: "filter",
  secret: "secret",
  headers: "headers",
  auth: "auth",
  strategy: "strategy",
  batch: "batch",
  order: "order",
  rateLimit: "rateLimit",
  concurrency: "concurrency",
  timeout: "timeoutMs",
  retry: "retry",
  confirm: "confirmMs",
  paused: "paused",
} as const satisfies Readonly<Record<string, keyof EndpointSettings>>;

/** Keys of an endpoint, as they are written in the configuration and in the API alike. */
export const ENDPOINT_KEYS: readonly string[] = Object.keys(KEYS);

/** A whole endpoint of the configuration. */
export function endpointCheck(rules: EndpointRules): Check<EndpointSettings> {
  return (value, place) => {
    const fields = new Fields(value, place, ENDPOINT_KEYS);
    const settings = read(fields, rules);
    if (settings.strategy !== "pull" && !fields.has("url")) {
      place.at("url").absent("is missing", 'where events are sent to, or strategy: "pull"');
    }
    return settings;
  };
}

/** The same, of a program: every fault at once. */
export function readEndpoint(
  raw: unknown,
  rules: EndpointRules,
): Result<EndpointSettings, readonly Fault[]> {
  const faults: Fault[] = [];
  const settings = endpointCheck(rules)(raw, new Place(faults, []));
  return settings === undefined || faults.length > 0 ? err(faults) : ok(settings);
}

/** What is to become different about an endpoint: only what is given is in it. */
export function readEndpointPatch(
  raw: Readonly<Record<string, unknown>>,
  rules: EndpointRules,
): Result<Partial<EndpointSettings>, readonly Fault[]> {
  const faults: Fault[] = [];
  const fields = new Fields(raw, new Place(faults, []), ENDPOINT_KEYS);
  const settings = read(fields, rules);
  if (faults.length > 0) return err(faults);
  const given = Object.entries(KEYS).filter(([written]) => fields.has(written));
  return ok(Object.fromEntries(given.map(([, key]) => [key, settings[key]])));
}

function read(fields: Fields, rules: EndpointRules): EndpointSettings {
  return {
    url: fields.read("url", endpointUrl(rules), ""),
    types: fields.read("types", list(glob, 1, TYPES_MAX), ["*"]),
    filter: fields.read("filter", orNull(payloadFilter), null),
    secret: fields.read("secret", orNull(signingSecrets), null),
    headers: fields.read("headers", headers, {}),
    auth: fields.read("auth", orNull(endpointAuth(rules)), null),
    strategy: fields.read("strategy", oneOf(["push", "batch", "pull"]), "push" as const),
    batch: fields.read("batch", batch, BATCH_DEFAULT),
    order: fields.read("order", oneOf(["none", "connection"]), "none" as const),
    rateLimit: fields.read("rateLimit", orNull(rate), null),
    concurrency: fields.read("concurrency", number(1, 1000), CONCURRENCY_DEFAULT),
    timeoutMs: fields.read("timeout", duration("100ms", "5m"), TIMEOUT_MS_DEFAULT),
    retry: fields.read("retry", retry, ENDPOINT_RETRY_DEFAULT),
    confirmMs: fields.read("confirm", orNull(confirm(rules)), null),
    paused: fields.read("paused", flag, false),
  };
}

/** `null` takes a thing away, where it may be absent. */
const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, place) =>
    value === null ? null : check(value, place);

const batch: Check<EndpointSettings["batch"]> = (value, place) => {
  const fields = new Fields(value, place, ["items", "wait"]);
  return {
    items: fields.read("items", number(1, 1000), BATCH_DEFAULT.items),
    waitMs: fields.read("wait", duration("0ms", "1h"), BATCH_DEFAULT.waitMs),
  };
};

function confirm({ publicUrl }: EndpointRules): Check<number> {
  return (value, place) => {
    const window = duration("1s", "7d")(value, place);
    if (window === undefined || publicUrl !== null) return window;
    return place.fault(value, {
      message: "needs publicUrl: subscribers confirm at an address of ours",
      allowed: "publicUrl at the top of the configuration, or no confirm",
    });
  };
}

const headers: Check<Readonly<Record<string, string>>> = (value, place) => {
  const read = record(sentHeaderName, headerValue)(value, place);
  if (read === undefined) return undefined;
  const lower = Object.entries(read).map(([name, text]) => [name.toLowerCase(), text] as const);
  if (lower.length <= SENT_HEADERS_MAX) return Object.fromEntries(lower);
  return place.fault(value, {
    message: "has too many headers",
    allowed: `up to ${SENT_HEADERS_MAX} headers`,
  });
};

const FILTER_CHARS_MAX = 65_536;

/** On the payload. Its own faults name the place inside it. */
const payloadFilter: Check<EndpointFilter> = (value, place) => {
  if (!isObject(value)) return wrongType(value, place, "an object that mirrors the payload");
  if (!isPlainJson(value)) return wrongType(value, place, "plain JSON of at most 64 KiB");
  const compiled = compilePayloadFilter(value);
  if (compiled.ok) return value;
  const at = compiled.error.path.reduce((inner, key) => inner.at(key), place);
  return at.absent(compiled.error.detail, "an object that mirrors the payload");
};

/** A function or a date inside would be lost on its way. */
function isPlainJson(value: object): boolean {
  try {
    const json = JSON.stringify(value);
    return json.length <= FILTER_CHARS_MAX && Bun.deepEquals(JSON.parse(json), value);
  } catch {
    // Cyclic, or a bigint.
    return false;
  }
}

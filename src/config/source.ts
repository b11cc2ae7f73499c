import { LIMITS } from "../base/limits.ts";
import { httpUrl } from "./addresses.ts";
import { type Check, Fields, isObject, number, oneOf, oneOrMore, record, text } from "./check.ts";
import { eventSchemas } from "./event-schemas.ts";
import { nearest } from "./nearest.ts";
import { callable, type RecoveryNeeds, reconcileOf } from "./reconcile.ts";
import { RETRY_DEFAULT, retry } from "./retry.ts";
import type { SourceSecrets } from "./secrets.ts";
import type { EventSettings, SourceSettings } from "./settings.ts";
import { duration, pointer, rate, size } from "./values.ts";
import { verificationCheck } from "./verify.ts";

/** What a preset needs from its source's configuration, as far as validation asks. */
export interface PresetNeeds {
  readonly name: string;
  readonly needs: Readonly<Record<NeededKey, "required" | "optional" | "unused">>;
  /** Set where the URL is signed, so that `publicUrl` has to be what the provider calls. */
  readonly signsUrl?: true;
  /** `null`: the default. */
  readonly bodyBytesMax: number | null;
  /** Set where verifying may need the network, so that `verify.whenUnavailable` has a meaning. */
  readonly fetchesKeys?: true;
  /** Absent where the provider offers no way to ask for what was missed. */
  recovery?(source: SourceSettings): RecoveryNeeds;
}

const NEEDED = [
  "secrets",
  "publicKey",
  "verifyToken",
  "credentials",
  "apiKey",
  "verify",
  "event",
] as const;
export type NeededKey = (typeof NEEDED)[number];

export const SOURCE_KEYS: readonly string[] = [
  "provider",
  ...NEEDED,
  "baseUrl",
  "onEvent",
  "schemas",
  "order",
  "onStale",
  "timeout",
  "retry",
  "rateLimit",
  "bodyLimit",
  "reconcile",
  "supervise",
];

/** Five restarts a minute: with their backoff a connection that crashes at once is halted within seconds. */
const SUPERVISE_DEFAULT = { intensity: 5, periodMs: 60_000 };
const TIMEOUT_MS_DEFAULT = 30_000;
const MIB = 2 ** 20;

const bodySize = size(1024, LIMITS.BODY_BYTES_MAX, `1KiB to ${LIMITS.BODY_BYTES_MAX / MIB}MiB`);

/** One source, with every default filled in. `plain`: some private addresses are excepted, so that http is possible. */
export function sourceCheck(
  name: string,
  presets: readonly PresetNeeds[],
  plain: boolean,
): Check<SourceSettings> {
  return (value, place) => {
    const fields = new Fields(value, place, SOURCE_KEYS);
    const preset = fields.need(
      "provider",
      providerCheck(presets),
      null,
      "is missing: who sends here",
      providerNames(presets),
    );
    const secrets = fields.read("secrets", oneOrMore(text), fields.has("secrets") ? null : []);
    if (preset !== null) checkNeeds(fields, preset);
    const source: SourceSettings = {
      name,
      provider: preset?.name ?? "",
      ...provided(fields, secrets, plain, preset),
      event: fields.read("event", eventPointers, null),
      ...handling(fields),
      rateLimit: fields.read("rateLimit", rate, null),
      bodyBytesMax: fields.read(
        "bodyLimit",
        bodySize,
        preset?.bodyBytesMax ?? LIMITS.BODY_BYTES_DEFAULT,
      ),
      reconcile: null,
    };
    const recovery = preset?.recovery?.(source) ?? null;
    return { ...source, reconcile: reconcileOf(fields, source.provider, recovery) };
  };
}

type Provided = Pick<
  SourceSettings,
  | "secrets"
  | "publicKey"
  | "verifyToken"
  | "credentials"
  | "apiKey"
  | "baseUrl"
  | "verify"
  | "whenUnavailable"
>;

function provided(
  fields: Fields,
  secrets: SourceSecrets,
  plain: boolean,
  preset: PresetNeeds | null,
): Provided {
  const schemed = preset?.needs.verify === "required";
  // The provider's own trouble should cost nobody a request.
  const unsaid = preset?.fetchesKeys ? "hold" : "reject";
  return {
    secrets: secrets ?? [],
    publicKey: fields.read("publicKey", text, null),
    verifyToken: fields.read("verifyToken", text, null),
    credentials: fields.read("credentials", record(text, text), null),
    apiKey: fields.read("apiKey", text, null),
    baseUrl: fields.read(
      "baseUrl",
      httpUrl({ plain: plain ? "allowed" : "refused", query: false }),
      null,
    ),
    ...fields.read("verify", verificationCheck(secrets, plain, schemed, unsaid), {
      verify: null,
      whenUnavailable: unsaid,
    }),
  };
}

export type Handling = Pick<
  SourceSettings,
  "handler" | "schemas" | "order" | "onStale" | "timeoutMs" | "retry" | "supervise"
>;

export function handling(fields: Fields): Handling {
  return {
    handler: fields.read("onEvent", callable, false),
    schemas: fields.read("schemas", eventSchemas, []),
    order: fields.read("order", oneOf(["strict", "relaxed"]), "strict" as const),
    onStale: fields.read("onStale", oneOf(["process", "skip"]), "process" as const),
    timeoutMs: fields.read("timeout", duration("10ms", "24h"), TIMEOUT_MS_DEFAULT),
    retry: fields.read("retry", retry, RETRY_DEFAULT),
    supervise: fields.read("supervise", supervise, SUPERVISE_DEFAULT),
  };
}

const supervise: Check<SourceSettings["supervise"]> = (value, place) => {
  const fields = new Fields(value, place, ["intensity", "period"]);
  return {
    intensity: fields.read("intensity", number(0, 1000), SUPERVISE_DEFAULT.intensity),
    periodMs: fields.read("period", duration("1s", "24h"), SUPERVISE_DEFAULT.periodMs),
  };
};

export const eventPointers: Check<EventSettings> = (value, place) => {
  const fields = new Fields(value, place, [
    "items",
    "id",
    "type",
    "connection",
    "occurredAt",
    "sequence",
    "dedupe",
  ]);
  return {
    items: fields.read("items", pointer, null),
    id: fields.read("id", pointer, null),
    type: fields.read("type", pointer, null),
    connection: fields.read("connection", pointer, null),
    occurredAt: fields.read("occurredAt", pointer, null),
    sequence: fields.read("sequence", pointer, null),
    dedupe: fields.read("dedupe", oneOf(["id", "body"]), "id" as const),
  };
};

function providerCheck(presets: readonly PresetNeeds[]): Check<PresetNeeds> {
  return (value, place) => {
    const found = presets.find((preset) => preset.name === value);
    if (found !== undefined) return found;
    const near =
      typeof value === "string"
        ? nearest(
            value,
            presets.map((preset) => preset.name),
          )
        : undefined;
    return place.fault(value, {
      message: "is not a provider that this version knows",
      allowed: providerNames(presets),
      nearest: near && JSON.stringify(near),
    });
  };
}

const providerNames = (presets: readonly PresetNeeds[]): string =>
  presets.map((preset) => preset.name).join(", ");

const WANTED: Readonly<Record<NeededKey, string>> = {
  secrets: 'a list such as [env("SIGNING_SECRET")]',
  publicKey: "the provider's public key",
  verifyToken: "the token of the provider's challenge",
  credentials: "the credentials of the provider's API",
  apiKey: "a key of the provider's API",
  verify: '{ scheme: "hmac", … }, or "none" to accept anything',
  event: "pointers to the parts of a payload",
};

const isOnlyWhenUnavailable = (verify: unknown): boolean =>
  isObject(verify) && Object.keys(verify).every((key) => key === "whenUnavailable");

function checkNeeds(fields: Fields, preset: PresetNeeds): void {
  for (const key of NEEDED) {
    const need = preset.needs[key];
    const place = fields.place.at(key);
    // A scheme of its own can carry its secrets itself, or need none.
    const elsewhere = (key === "secrets" || key === "publicKey") && fields.has("verify");
    if (need === "required" && !fields.has(key) && !elsewhere) {
      place.absent(`is missing: ${preset.name} needs it`, WANTED[key]);
    }
    if (need !== "unused" || !fields.has(key)) continue;
    if (key === "verify") {
      if (preset.fetchesKeys && isOnlyWhenUnavailable(fields.raw(key))) continue;
      // Silence would leave its author believing that the scheme is in force.
      place.fault(fields.raw(key), {
        message: `is not for ${preset.name}, which verifies in its own way`,
        allowed: 'nothing here, or provider: "custom"',
      });
    } else place.warn(`is accepted, but ${preset.name} has no use for it in this version`);
  }
}

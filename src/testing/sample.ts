import { type Millis, systemClock } from "../base/clock.ts";
import { isJsonType, mediaTypeOf, parseMedia } from "../base/media.ts";
import type { Result } from "../base/result.ts";
import { nearest } from "../config/nearest.ts";
import type { SourceSettings } from "../config/settings.ts";
import type { SourceConfig } from "../config/types/config.ts";
import type { SampleOptions, TestEvent } from "../config/types/testing.ts";
import type { EventFact } from "../journal/facts.ts";
import { providerDeps } from "../providers/deps.ts";
import { presetByName, presets } from "../providers/index.ts";
import type { Inbound, Preset, Sample } from "../providers/provider.ts";
import { mergePatch } from "./merge-patch.ts";
import { settingsOf } from "./subject.ts";
import { TEST_TIME } from "./test-clock.ts";

/** Valid for every preset: text to some, base 64 behind `whsec_` to others. Nothing but a test ever sees it. */
const SECRET = `whsec_${btoa("longstop-development-only-secret")}`;
const PATH = "/in/test";
const URL_SIGNED = `https://hooks.example.com${PATH}`;

/** Samples never ask anybody for a key. */
const deps = providerDeps({
  clock: systemClock,
  fetch: async () => {
    throw new Error("A sample needs no network.");
  },
});

let made = 0;

/**
 * An event as the provider would send it, named as the source would name it. `from`: a provider, or a
 * source of the configuration, whose `event` then counts. Throws a `TypeError` that lists what there is for
 * an unknown provider or type, and for `data` that does not fit what the provider sends.
 */
export function sample(
  from: string | SourceConfig,
  type: string,
  options: SampleOptions = {},
): TestEvent {
  made++;
  const config: SourceConfig = typeof from === "string" ? { provider: from } : from;
  const preset = presetNamed(config.provider);
  const at = options.at === undefined ? TEST_TIME + made * 1000 : new Date(options.at).getTime();
  if (Number.isNaN(at)) throw new TypeError(`at: ${String(options.at)} is no time.`);
  const source = ownSettings(settingsOf(config, preset.name), preset);
  const id = options.id ?? idOf(made);
  const request = signedSample(preset, source, type, at, id);
  if (!request.ok) {
    const types = preset.sampleTypes.join(", ");
    throw new TypeError(
      `sample(${JSON.stringify(preset.name)}, …): ${request.error.replace(/[.]$/, "")}. There are: ${types}.`,
    );
  }
  return named(preset, source, request.value, at, options);
}

/** Long enough for every provider, and in order. */
const idOf = (count: number): string => `sample${String(count).padStart(18, "0")}`;

function presetNamed(name: string): Preset {
  const preset = presetByName(name);
  if (preset !== undefined) return preset;
  const names = presets.map((each) => each.name);
  const near = nearest(name, names);
  const perhaps = near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
  throw new TypeError(
    `There is no provider ${JSON.stringify(name)}; there are ${names.join(", ")}.${perhaps}`,
  );
}

const ownSettings = (source: SourceSettings, preset: Preset): SourceSettings => ({
  ...source,
  verify: preset.needs.verify === "required" ? source.verify : null,
});

/** A preset that signs with a secret is given one; one that signs with a key makes its own when there is none. */
function signedSample(
  preset: Preset,
  source: SourceSettings,
  type: string,
  at: Millis,
  id: string,
): Result<Sample, string> {
  const request = (secrets: readonly string[]): Result<Sample, string> =>
    preset.sample(type, at, id, { ...source, secrets }, URL_SIGNED);
  const known = request([SECRET]);
  return known.ok ? known : request([]);
}

function named(
  preset: Preset,
  source: SourceSettings,
  request: Sample,
  at: Millis,
  { data }: SampleOptions,
): TestEvent {
  const before = eventIn(preset, source, request, at);
  const body = data === undefined ? request.body : patched(request, before, data);
  const fact = data === undefined ? before : eventIn(preset, source, { ...request, body }, at);
  const { dedupeKey: id, type, connection, occurredAt, sequence, range } = fact;
  const bytes = range === null ? body : body.subarray(range[0], range[0] + range[1]);
  const text = new TextDecoder().decode(bytes);
  const isJson = range !== null || isJsonType(typeOf(request));
  return {
    ...(isJson ? { data: JSON.parse(text) } : { raw: text }),
    type,
    id,
    connection,
    occurredAt: occurredAt === null ? null : new Date(occurredAt),
    sequence,
    headers: { ...request.headers },
  };
}

/** The body with the event inside it changed: its names may stand in what was changed. */
function patched(request: Sample, { range }: EventFact, patch: unknown): Uint8Array {
  const { body } = request;
  const [start, length] = range ?? [0, body.byteLength];
  const bytes = body.subarray(start, start + length);
  const mediaType = range === null ? typeOf(request) : "application/json";
  const payload = parseMedia(bytes, mediaType);
  if (!payload.ok) throw new TypeError(`The sample cannot be changed: ${payload.error.detail}`);
  const changed = written(mergePatch(payload.value, patch), mediaType);
  const before = body.subarray(0, start);
  return Buffer.concat([before, Buffer.from(changed), body.subarray(start + length)]);
}

function written(payload: unknown, mediaType: string): string {
  if (isJsonType(mediaType)) return JSON.stringify(payload);
  const flat = Object.entries(payload ?? {});
  if (mediaType === FORM && flat.every(([, value]) => typeof value === "string"))
    return new URLSearchParams(flat).toString();
  throw new TypeError(
    `\`data\` cannot be merged into a sample of ${mediaType}. Write the event yourself: { type, raw, headers }.`,
  );
}

const FORM = "application/x-www-form-urlencoded";

const typeOf = ({ headers }: Sample): string => mediaTypeOf(headers["content-type"] ?? null);

/** The first event of the request. */
function eventIn(preset: Preset, source: SourceSettings, request: Sample, at: Millis): EventFact {
  const events = preset.open(source, deps).split(inboundOf(request, at));
  if (!events.ok) throw new TypeError(`The sample does not fit the source: ${events.error.detail}`);
  const [first] = events.value;
  if (first === undefined) throw new TypeError("The sample holds no event.");
  return first;
}

function inboundOf({ headers, body, query }: Sample, at: Millis): Inbound {
  const given = new Headers(headers);
  const mediaType = mediaTypeOf(given.get("content-type"));
  return {
    method: "POST",
    url: PATH + query,
    publicUrl: URL_SIGNED + query,
    header: (name) => given.get(name),
    body,
    mediaType,
    peer: "",
    receivedAt: at,
    parsed: () => parseMedia(body, mediaType),
  };
}

import { FormatRegistry, Kind, type TSchema } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type Check, isObject, record } from "./check.ts";
import { nearest } from "./nearest.ts";
import { glob } from "./values.ts";

/**
 * TypeBox knows no format by itself, and a schema with one that it does not know refuses every payload.
 * These are the usual ones of JSON Schema (draft 2020-12, "format"), shallow but never wrongly strict.
 */
const FORMATS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  time: /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)$/i,
  "date-time":
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[t ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)$/i,
  email: /^[^\s@]{1,64}@[^\s@]{1,255}$/,
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  uri: /^[a-z][a-z0-9+.-]*:[^\s]+$/i,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/,
};

/** Makes the usual formats known to schemas; in each process that checks payloads, once. */
export function registerFormats(): void {
  for (const [name, pattern] of Object.entries(FORMATS)) {
    if (!FormatRegistry.Has(name)) FormatRegistry.Set(name, (value) => pattern.test(value));
  }
}

const schema: Check<true> = (value, place) => {
  const allowed = 'a schema made with Type of "longstop"';
  if (!isObject(value) || !(Kind in value)) {
    return place.fault(value, { message: "is not a schema", allowed });
  }
  for (const format of formatsIn(value)) {
    if (FormatRegistry.Has(format)) continue;
    const known = Object.keys(FORMATS);
    place.fault(format, {
      message: `has the unknown format ${JSON.stringify(format)}`,
      allowed: known.join(", "),
      nearest: nearest(format, known),
    });
    return undefined;
  }
  try {
    TypeCompiler.Compile(value as unknown as TSchema);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return place.fault(value, { message: `cannot be used: ${why}`, allowed });
  }
};

/** By event type, exact or glob. Yields the types in their order: the first that fits an event counts. */
export const eventSchemas: Check<readonly string[]> = (value, place) => {
  registerFormats();
  const checked = record(glob, schema)(value, place);
  return checked && Object.keys(checked);
};

/** Every `format` of a schema, however deep; bounded against cycles. */
function* formatsIn(value: unknown, depth = 0): Generator<string> {
  if (typeof value !== "object" || value === null || depth > 32) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "format" && typeof inner === "string") yield inner;
    else yield* formatsIn(inner, depth + 1);
  }
}

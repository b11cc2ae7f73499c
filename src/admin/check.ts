import type { Static, TObject, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { err, ok, type Result } from "../base/result.ts";
import { nearest } from "../config/nearest.ts";

/** A query string against its schema, every fault at once. Whole numbers are read from their digits. */
export function checkQuery<Q extends TObject>(
  schema: Q,
  search: URLSearchParams,
): Result<Static<Q>, string> {
  const given: [string, unknown][] = [];
  const faults: string[] = [];
  for (const name of new Set(search.keys())) {
    const texts = search.getAll(name);
    if (texts.length > 1) faults.push(`${quote(name)} is given ${texts.length} times`);
    given.push([name, typed(schema.properties[name], texts[0] ?? "")]);
  }
  return verdict(schema, Object.fromEntries(given), "parameter", faults);
}

/** A JSON body against its schema, every fault at once. */
export function checkBody<B extends TObject>(schema: B, body: unknown): Result<Static<B>, string> {
  if (!isObject(body)) return err("The body must be a JSON object.");
  return verdict(schema, body, "field", []);
}

function typed(schema: TSchema | undefined, text: string): unknown {
  const digits = schema?.["type"] === "integer" && /^-?\d{1,15}$/.test(text);
  return digits ? Number(text) : text;
}

function verdict<S extends TObject>(
  schema: S,
  given: object,
  noun: "parameter" | "field",
  before: readonly string[],
): Result<Static<S>, string> {
  const faults = [...before, ...faultsIn(schema, given, noun, "")];
  if (faults.length === 0) return ok(given as Static<S>);
  return err(`${faults.slice(0, FAULTS_SHOWN_MAX).join("; ")}.`);
}

function faultsIn(schema: TObject, given: object, noun: string, within: string): string[] {
  const values = given as Readonly<Record<string, unknown>>;
  const closed = schema.additionalProperties === false;
  const faults = Object.keys(given)
    .filter((name) => closed && !Object.hasOwn(schema.properties, name))
    .map((name) => unknownName(schema, name, noun));
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = values[name];
    if (!Object.hasOwn(given, name)) {
      if (schema.required?.includes(name)) faults.push(`${quote(within + name)} is missing`);
    } else if (isObjectSchema(property) && isObject(value)) {
      faults.push(...faultsIn(property, value, noun, `${within}${name}.`));
    } else if (!Value.Check(property, value)) {
      faults.push(wrongValue(within + name, property, value));
    }
  }
  return faults;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A record is an object too, but has no known fields to go through. */
const isObjectSchema = (schema: TSchema): schema is TObject =>
  schema["type"] === "object" && typeof schema["properties"] === "object";

const FAULTS_SHOWN_MAX = 10;

function unknownName(schema: TObject, name: string, noun: string): string {
  const names = Object.keys(schema.properties);
  const near = nearest(name, names);
  if (near !== undefined) return `unknown ${noun} ${quote(name)}: did you mean ${quote(near)}?`;
  if (names.length === 0) return `unknown ${noun} ${quote(name)}: none is taken here`;
  return `unknown ${noun} ${quote(name)}: known are ${names.join(", ")}`;
}

function wrongValue(name: string, schema: TSchema, value: unknown): string {
  const words = choices(schema);
  const near = words && typeof value === "string" ? nearest(value, words) : undefined;
  const hint = near === undefined ? "" : `, did you mean ${quote(near)}?`;
  // What is secret is not said again: answers end up in terminals, scripts and logs.
  const given = schema["writeOnly"] === true ? "" : `, not ${quote(value)}`;
  return `${quote(name)} must be ${allowed(schema)}${given}${hint}`;
}

/**
 * What a schema takes, in words; where its form says it badly, it bears them itself as `allowed`. What was
 * given for a `writeOnly` one is left out of its faults.
 */
function allowed(schema: TSchema): string {
  if (typeof schema["allowed"] === "string") return schema["allowed"];
  const words = choices(schema);
  if (words) return `one of ${words.join(", ")}`;
  if (schema["type"] === "boolean") return "true or false";
  if (schema["type"] === "integer") {
    return `a whole number from ${schema["minimum"]} to ${schema["maximum"]}`;
  }
  return `text of ${schema["minLength"] ?? 0} to ${schema["maxLength"]} characters`;
}

function choices(schema: TSchema): string[] | undefined {
  const options: unknown = schema["anyOf"];
  if (!Array.isArray(options)) return undefined;
  const words = options.map((option: TSchema) => option["const"] as unknown);
  return words.every((word) => typeof word === "string") ? words : undefined;
}

const GIVEN_CHARS_MAX = 60;

/** The reader's own input, shortened, on one line. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= GIVEN_CHARS_MAX ? text : `${text.slice(0, GIVEN_CHARS_MAX)}…`;
}

import { missingIn, variableIn } from "./environment.ts";
import { type Fault, pathOf } from "./fault.ts";
import { nearest } from "./nearest.ts";

/** Keys whose values are never shown, wherever they stand. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  "secrets",
  "secret",
  "passwords",
  "password",
  "verifyToken",
  "credentials",
  "apiKey",
  "headers",
  "auth",
  // Where a test setup puts the private key that its samples are signed with.
  "publicKey",
  "publicKeys",
]);
const GIVEN_CHARS_MAX = 80;

export interface FaultText {
  readonly message: string;
  readonly allowed: string;
  readonly nearest?: string | undefined;
}

/** Where a value stands in the configuration, and where its faults and warnings are collected. */
export class Place {
  readonly path: string;
  readonly #secret: boolean;
  readonly #faults: Fault[];
  readonly #warnings: Fault[];

  constructor(faults: Fault[], warnings: Fault[], path = "", secret = false) {
    this.#faults = faults;
    this.#warnings = warnings;
    this.path = path;
    this.#secret = secret;
  }

  at(key: string | number): Place {
    const secret = this.#secret || (typeof key === "string" && SECRET_KEYS.has(key));
    return new Place(this.#faults, this.#warnings, pathOf(this.path, key), secret);
  }

  /** Records that `value` may not be here. A text with the marker of a missing variable says that instead. */
  fault(value: unknown, text: FaultText): undefined {
    if (typeof value === "string" && missingIn(value).length > 0) return undefined;
    const near = this.#hides(value) ? undefined : text.nearest;
    this.#faults.push(
      this.#row(this.#show(value), { ...text, nearest: near && withoutPassword(near) }),
    );
    return undefined;
  }

  /** Whether the value may be told to nobody: then neither may what is derived from it. */
  #hides(value: unknown): boolean {
    return this.#secret || (typeof value === "string" && variableIn(value) !== undefined);
  }

  /** Records that something is wanted here and absent. */
  absent(message: string, allowed: string): undefined {
    this.#faults.push(this.#row(null, { message, allowed }));
    return undefined;
  }

  /** Records that this key is not one of `known`. */
  unknownKey(key: string, known: readonly string[]): undefined {
    const near = nearest(key, known);
    this.#faults.push(
      this.at(key).#row(key, {
        message: `there is no ${JSON.stringify(key)} here`,
        allowed: known.join(", "),
        nearest: near,
      }),
    );
    return undefined;
  }

  /** Of something that is accepted, but does not do what one might expect. */
  warn(message: string): void {
    this.#warnings.push({ path: this.path, given: null, allowed: "", message });
  }

  #row(given: string | null, text: FaultText): Fault {
    const { message, allowed } = text;
    const row = { path: this.path, given, allowed, message };
    return text.nearest === undefined ? row : { ...row, nearest: text.nearest };
  }

  #show(value: unknown): string {
    if (typeof value !== "string") return show(value);
    const variable = variableIn(value);
    if (variable !== undefined) return `the value of env(${JSON.stringify(variable)})`;
    return this.#secret ? `a text of ${value.length} characters` : show(value);
  }
}

/** A value as a person would write it, short, and without what is inside lists and objects. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(withoutPassword(value)));
  if (typeof value === "function") return "a function";
  if (Array.isArray(value))
    return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

const shorten = (text: string): string =>
  text.length <= GIVEN_CHARS_MAX ? text : `${text.slice(0, GIVEN_CHARS_MAX)}…`;

/** `https://user:word@host` shows no word. */
const withoutPassword = (text: string): string =>
  text.replace(/(:\/\/[^/\s:@]*):[^/\s@]*@/, "$1:…@");

/**
 * Reports each variable that `env()` did not find, at every place where its marker stands. Also inside
 * keys, and in parts that nothing else looks at. Cycles and very deep values are not followed.
 */
export function reportMissing(
  value: unknown,
  place: Place,
  report: (at: Place, name: string) => void,
): void {
  const seen = new Set<object>();
  const walk = (here: unknown, at: Place, depth: number): void => {
    if (typeof here === "string") for (const name of missingIn(here)) report(at, name);
    if (typeof here !== "object" || here === null || seen.has(here) || depth > 16) return;
    seen.add(here);
    for (const [key, inner] of Object.entries(here)) {
      const below = at.at(Array.isArray(here) ? Number(key) : key);
      for (const name of missingIn(key)) report(below, name);
      walk(inner, below, depth + 1);
    }
  };
  walk(value, place, 0);
}

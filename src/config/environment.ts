/**
 * What `env()` read while a configuration was evaluated. One evaluation happens in a process at a time
 * (each reload is a process of its own), so that its record can live here.
 */
interface Reading {
  readonly missing: Set<string>;
  /** value → name, so that a fault can name the variable instead of showing what may be a secret. */
  readonly given: Map<string, string>;
  /** The configuration is evaluated: from now on nobody looks for markers. */
  over: boolean;
}

const reading: Reading = { missing: new Set(), given: new Map(), over: false };

/** Brackets that no secret, URL or path contains by chance. */
const OPEN = "⟪missing environment variable ";
const CLOSE = "⟫";
const MARKER = /⟪missing environment variable ([^⟫]*)⟫/g;

/** Values shorter than this are no secrets, and would be found inside unrelated text. */
const SECRET_CHARS_MIN = 6;

/**
 * The value of an environment variable. One that is not set yields a marker, not an empty string and
 * not an exception: validation then finds each of them inside whatever text it ended up in, and reports
 * all at once with their places. Once that is done, in a running handler, it throws instead: nobody would
 * find a marker there, and it would travel outside in place of a secret.
 */
export function env(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined) {
    if (reading.over) throw new Error(`the environment variable ${name} is not set`);
    reading.missing.add(name);
    return `${OPEN}${name}${CLOSE}`;
  }
  reading.given.set(value, name);
  return value;
}

/** Names of the missing variables whose markers are inside `text`. */
export function missingIn(text: string): string[] {
  return text.includes(OPEN) ? [...text.matchAll(MARKER)].map((match) => match[1] ?? "") : [];
}

/** All that were asked for and missing since `startReading`, whatever became of the markers. */
export const missingNames = (): string[] => [...reading.missing];

/** The variable whose value is, or is inside, `text`; `undefined`: none. */
export function variableIn(text: string): string | undefined {
  const whole = reading.given.get(text);
  if (whole !== undefined) return whole;
  for (const [value, name] of reading.given) {
    if (value.length >= SECRET_CHARS_MIN && text.includes(value)) return name;
  }
  return undefined;
}

/** Forgets what was read before: each evaluation begins with it. */
export function startReading(): void {
  reading.missing.clear();
  reading.given.clear();
  reading.over = false;
}

/** The configuration is evaluated; what was read stays known, so that faults can name variables. */
export function endReading(): void {
  reading.over = true;
}

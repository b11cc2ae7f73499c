import type { Millis } from "../base/clock.ts";

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const NUMERIC = /^\d{1,16}(?:\.\d{1,9})?$/;
/** As seconds this is the year 5138, as milliseconds March 1973: no webhook is from either. */
const SECONDS_BELOW = 1e11;
/** The last moment that a date can hold. */
const MILLIS_MAX = 8.64e15;

/** ISO 8601 as milliseconds since the epoch; without an offset it is UTC. `null` for anything else. */
export function parseDateTime(text: string): Millis | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, day, minutes = "00:00", seconds = ":00", fraction = "", zone = "Z"] = match;
  const offset = /^[+-]\d{4}$/.test(zone)
    ? `${zone.slice(0, 3)}:${zone.slice(3)}`
    : zone.toUpperCase();
  const at = Date.parse(`${day}T${minutes}${seconds}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(at) ? null : at;
}

/**
 * When something happened, however senders write it: ISO 8601, seconds or milliseconds since the
 * epoch, as number or text; fractions are kept to the millisecond. `null` for anything else.
 */
export function parseMoment(value: unknown): Millis | null {
  if (typeof value === "number") return fromNumber(value);
  if (typeof value !== "string") return null;
  return NUMERIC.test(value) ? fromNumber(Number(value)) : parseDateTime(value);
}

function fromNumber(value: number): Millis | null {
  if (!Number.isFinite(value) || value < 0) return null;
  const at = Math.round(value < SECONDS_BELOW ? value * 1000 : value);
  return at <= MILLIS_MAX ? at : null;
}

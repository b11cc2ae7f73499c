import { nearest } from "./nearest.ts";
import type { Place } from "./place.ts";

/** Turns a raw value into what the process uses, or records why not and yields `undefined`. */
export type Check<T> = (value: unknown, place: Place) => T | undefined;

/** Any text but an empty one. */
export const text: Check<string> = (value, place) => {
  if (typeof value !== "string") return wrongType(value, place, "a text");
  if (value.trim() === "") return place.fault(value, { message: "is empty", allowed: "a text" });
  return value;
};

/** A text, possibly empty. */
export const anyText: Check<string> = (value, place) =>
  typeof value === "string" ? value : wrongType(value, place, "a text");

export const flag: Check<boolean> = (value, place) =>
  typeof value === "boolean" ? value : wrongType(value, place, "true or false");

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Check<Word> {
  const allowed = words.map((word) => JSON.stringify(word)).join(", ");
  return (value, place) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const near = typeof value === "string" ? nearest(value, words) : undefined;
    return place.fault(value, {
      message: "is not one of the choices",
      allowed,
      nearest: near && JSON.stringify(near),
    });
  };
}

/** A number within bounds, both included. */
export function number(min: number, max: number, whole = true): Check<number> {
  const allowed = `a ${whole ? "whole " : ""}number from ${min} to ${max}`;
  return (value, place) => {
    if (typeof value !== "number" || Number.isNaN(value)) return wrongType(value, place, allowed);
    if (value < min || value > max || (whole && !Number.isInteger(value))) {
      const near = Math.min(Math.max(whole ? Math.round(value) : value, min), max);
      return place.fault(value, { message: "is out of bounds", allowed, nearest: String(near) });
    }
    return value;
  };
}

/** A list, each of whose items passes `item`; at most `max` of them. */
export function list<T>(item: Check<T>, min = 0, max = 1000): Check<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) return wrongType(value, place, "a list");
    if (value.length < min || value.length > max) {
      return place.fault(value, {
        message: "has too few or too many items",
        allowed: `${min} to ${max} items`,
      });
    }
    const items = value.map((one: unknown, index) => item(one, place.at(index)));
    return items.every((one) => one !== undefined) ? items : undefined;
  };
}

/** One item by itself, or a list of them: always a list afterwards. */
export function oneOrMore<T>(item: Check<T>): Check<readonly T[]> {
  const many = list(item, 1, 100);
  return (value, place) => {
    if (Array.isArray(value)) return many(value, place);
    const one = item(value, place);
    return one === undefined ? undefined : [one];
  };
}

/** An object whose keys are names of the team's choosing. */
export function record<T>(
  key: Check<string>,
  item: (value: unknown, place: Place, key: string) => T | undefined,
): Check<Readonly<Record<string, T>>> {
  return (value, place) => {
    if (!isObject(value)) return wrongType(value, place, "an object");
    const entries: (readonly [string, T])[] = [];
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      const at = place.at(name);
      const [rightName, right] = [key(name, at), item(inner, at, name)];
      if (rightName !== undefined && right !== undefined) entries.push([rightName, right]);
    }
    return Object.fromEntries(entries);
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function wrongType(value: unknown, place: Place, allowed: string): undefined {
  return place.fault(value, { message: `is not ${allowed}`, allowed });
}

const NOTHING: Readonly<Record<string, unknown>> = {};

/**
 * An object with known keys, read one by one. Unknown keys are recorded at once. What is read of a faulty
 * value is a stand-in, so that reading goes on and finds the other faults; the result as a whole is then
 * discarded.
 */
export class Fields {
  readonly place: Place;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    place: Place,
    known: readonly string[],
    later: Readonly<Record<string, string>> = {},
  ) {
    this.place = place;
    this.#values = isObject(value) ? value : NOTHING;
    if (!isObject(value)) wrongType(value, place, `an object with ${known.join(", ")}`);
    for (const key of Object.keys(this.#values)) {
      if (known.includes(key) || this.#values[key] === undefined) continue;
      const why = later[key];
      if (why === undefined) place.unknownKey(key, known);
      else
        place
          .at(key)
          .fault(this.#values[key], { message: why, allowed: "nothing, in this version" });
    }
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#values, key) && this.#values[key] !== undefined;
  }

  raw(key: string): unknown {
    return this.has(key) ? this.#values[key] : undefined;
  }

  /** `fallback` when absent (or faulty: recorded). */
  read<T, F>(key: string, check: Check<T>, fallback: F): T | F {
    return this.has(key) ? (check(this.#values[key], this.place.at(key)) ?? fallback) : fallback;
  }

  /** Absent is a fault: `why` says who needs it. `standIn` is what reading goes on with. */
  need<T>(key: string, check: Check<T>, standIn: T, why: string, allowed: string): T {
    if (this.has(key)) return check(this.#values[key], this.place.at(key)) ?? standIn;
    this.place.at(key).absent(why, allowed);
    return standIn;
  }
}

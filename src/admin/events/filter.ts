import type { Static, TObject } from "@sinclair/typebox";
import { err, ok, type Result } from "../../base/result.ts";
import type { EventFilter } from "../../journal/facts.ts";
import type { filterFields } from "./schemas.ts";

export type GivenFilter = Static<TObject<typeof filterFields>>;

/** The journal's filter for one that was given as text; fails for days that no calendar has. */
export function toFilter(given: GivenFilter): Result<EventFilter, string> {
  const { source, connection, type, status, origin, error, q } = given;
  const since = instant("since", given.since);
  const until = instant("until", given.until);
  if (!since.ok) return since;
  if (!until.ok) return until;
  return ok(
    withoutUndefined({
      source,
      connection,
      type,
      status,
      origin,
      error,
      q,
      since: since.value,
      until: until.value,
    }),
  );
}

/** Milliseconds since 1970 of a text that has the form of a time. A space stands for a `+` that was not encoded. */
export function instant(
  name: string,
  text: string | undefined,
): Result<number | undefined, string> {
  if (text === undefined) return ok(undefined);
  if (/^-?\d+$/.test(text)) return ok(Number(text));
  const zoned = /^(.{10})[T ](.*?)(?:([Zz])|([+\- ])(\d{2}):?(\d{2}))?$/.exec(text);
  const [, day, clock, , sign, hours, minutes] = zoned ?? [];
  const offset = sign === undefined ? "Z" : `${sign === "-" ? "-" : "+"}${hours}:${minutes}`;
  const at = Date.parse(zoned === null ? text : `${day}T${clock}${offset}`);
  return Number.isNaN(at) ? err(`"${name}" is no time that exists: ${text}`) : ok(at);
}

function withoutUndefined(
  fields: { [K in keyof EventFilter]: EventFilter[K] | undefined },
): EventFilter {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as EventFilter;
}

import { textAt } from "../payload.ts";

/** One place that the provider sends webhooks to, and the types that it sends there. */
export interface Destination {
  readonly url: string | null;
  readonly types: readonly string[];
}

/** Whether a type is one that would have been sent. */
export type Wanted = (type: string) => boolean;

/**
 * What of a list of everything would have been sent here. Providers that list all of an account's events
 * would otherwise bring types that nobody asked for, each of them as if it had been lost. Destinations of
 * this source are known by their path, `/in/<source>`; where none is, a proxy may have another path for
 * it, and all of the account's count. `*` stands for every type.
 */
export function wantedBy(destinations: readonly Destination[], source: string): Wanted {
  const own = destinations.filter(({ url }) => url !== null && leadsTo(url, source));
  const types = new Set((own.length > 0 ? own : destinations).flatMap((each) => each.types));
  return types.size === 0 || types.has("*") ? () => true : (type) => types.has(type);
}

function leadsTo(url: string, source: string): boolean {
  return URL.canParse(url) && new URL(url).pathname.endsWith(`/in/${source}`);
}

/** Types as some list them: texts, or objects that name them. */
export const typesIn = (list: unknown, field: string): readonly string[] =>
  Array.isArray(list)
    ? list.flatMap((item: unknown) =>
        typeof item === "string" ? item : (textAt(item, field) ?? []),
      )
    : [];

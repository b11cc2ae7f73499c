import { ok, type Result } from "../../base/result.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { ApiAsk, ApiFault, ProviderApi } from "../recovery.ts";
import { answerOf, itemsAt } from "./listing.ts";

/** Where the provider tells what it sends where, and how it calls it there. */
export interface Destinations {
  readonly ask: ApiAsk;
  /** Of the answer: the field of the list, which may be left out where there is nothing to list. */
  readonly list: string;
  /** Of a destination: its URL, and its types as texts or as objects with a `name`. */
  readonly url: string;
  readonly types: string;
}

/**
 * What of a list of everything would have been sent here. Providers that list all of an account's events
 * would otherwise bring types that nobody asked for, each of them as if it had been lost. Destinations of
 * this source are known by their path, `/in/<source>`; where none is, a proxy may have another path for
 * it, and all of the account's count. `*` stands for every type, and so does no destination at all.
 */
export class Subscribed {
  readonly #source: string;
  readonly #from: Destinations;
  #types: ReadonlySet<string> = new Set();

  constructor(source: string, from: Destinations) {
    this.#source = source;
    this.#from = from;
  }

  /** Asks anew: once a sweep, before its first page. */
  async learn(api: ProviderApi): Promise<Result<null, ApiFault>> {
    const { ask, list, url, types } = this.#from;
    const answer = await answerOf(ask, api);
    if (!answer.ok) return answer;
    const json = answer.value.json();
    const none = typeof json === "object" && json !== null && fieldOf(json, list) === undefined;
    const items = none ? ok([]) : itemsAt(answer.value, [list], ask);
    if (!items.ok) return items;
    const all = items.value.map(({ value }) => value);
    const own = all.filter((each) => leadsTo(textAt(each, url), this.#source));
    const counted = own.length > 0 ? own : all;
    this.#types = new Set(counted.flatMap((each) => typesIn(fieldOf(each, types))));
    return ok(null);
  }

  /** `null`: all of them. */
  get types(): readonly string[] | null {
    return this.#types.size === 0 || this.#types.has("*") ? null : [...this.#types];
  }

  has(type: string | null): boolean {
    return this.types === null || (type !== null && this.#types.has(type));
  }
}

function leadsTo(url: string | null, source: string): boolean {
  return url !== null && URL.canParse(url) && new URL(url).pathname.endsWith(`/in/${source}`);
}

const typesIn = (list: unknown): readonly string[] =>
  Array.isArray(list)
    ? list.flatMap((type: unknown) =>
        typeof type === "string" ? type : (textAt(type, "name") ?? []),
      )
    : [];

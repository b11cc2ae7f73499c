import { globMatches } from "../base/glob.ts";
import type { EndpointId, Fannable } from "../journal/sending.ts";
import type { Endpoint } from "./endpoint.ts";

/** Types come from outside: more of them than this are not remembered. */
const TYPES_MAX = 10_000;

export const NONE: readonly EndpointId[] = Object.freeze([]);

/** Those who want events of one type; `ids` when none of them looks at the payload. */
interface Candidates {
  readonly endpoints: readonly Endpoint[];
  readonly ids: readonly EndpointId[] | null;
}

const NOBODY: Candidates = { endpoints: [], ids: NONE };

/**
 * Which endpoints an event goes to. It stands on the way to every acknowledgement: with no endpoint it costs a
 * comparison, and otherwise a look-up by type; a payload is parsed only for those who filter by it.
 */
export class Matching {
  #open: readonly Endpoint[] = [];
  readonly #byType = new Map<string, Candidates>();

  /** All endpoints as they are now; disabled ones get nothing. */
  replace(endpoints: Iterable<Endpoint>): void {
    this.#open = [...endpoints].filter(({ status }) => status !== "disabled");
    this.#byType.clear();
  }

  match(event: Fannable): readonly EndpointId[] {
    if (this.#open.length === 0) return NONE;
    const { endpoints, ids } = this.#candidates(event.type);
    if (ids !== null) return ids;
    const payload = event.data();
    const wanting = endpoints.filter(({ wants }) => wants === null || wants(payload));
    return wanting.length === 0 ? NONE : wanting.map(({ id }) => id);
  }

  #candidates(type: string): Candidates {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    const found = this.#find(type);
    if (this.#byType.size >= TYPES_MAX) this.#byType.clear();
    this.#byType.set(type, found);
    return found;
  }

  #find(type: string): Candidates {
    const endpoints = this.#open.filter(({ settings }) =>
      settings.types.some((pattern) => globMatches(pattern, type)),
    );
    if (endpoints.length === 0) return NOBODY;
    const filtered = endpoints.some(({ settings }) => settings.filter !== null);
    return { endpoints, ids: filtered ? null : endpoints.map(({ id }) => id) };
  }
}

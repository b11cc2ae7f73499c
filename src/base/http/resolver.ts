import { lookup } from "node:dns/promises";
import type { Clock } from "../clock.ts";

/** From a name to its addresses; none when it has none or nobody answers. Never rejects. */
export interface Resolver {
  resolve(name: string): Promise<readonly string[]>;
}

/** As the machine is configured, its hosts file included: what comes out is judged like anything else. */
export const systemResolver: Resolver = {
  resolve: async (name) => {
    try {
      return (await lookup(name, { all: true })).map(({ address }) => address);
    } catch {
      return [];
    }
  },
};

interface Known {
  readonly addresses: Promise<readonly string[]>;
  readonly until: number;
}

/** Short enough that a name that moves is followed at once, long enough that a burst asks once. */
const REMEMBERED_MS = 5_000;
const NAMES_MAX = 1_000;

/**
 * Asks once for a name that many requests need at the same time, or within five seconds. What it remembers
 * are addresses, and they are judged and connected to as they are: remembering opens no way around the guard.
 */
export class RememberingResolver implements Resolver {
  readonly #known = new Map<string, Known>();
  readonly #inner: Resolver;
  readonly #clock: Clock;

  constructor(inner: Resolver, clock: Clock) {
    this.#inner = inner;
    this.#clock = clock;
  }

  resolve(name: string): Promise<readonly string[]> {
    const now = this.#clock.monotonic();
    const known = this.#known.get(name);
    if (known !== undefined && now < known.until) return known.addresses;
    const addresses = this.#inner.resolve(name);
    this.#known.delete(name);
    this.#known.set(name, { addresses, until: now + REMEMBERED_MS });
    const oldest = this.#known.keys().next();
    if (this.#known.size > NAMES_MAX && !oldest.done) this.#known.delete(oldest.value);
    return addresses;
  }
}

import type { EndpointId, Fannable } from "../journal/sending.ts";
import type { Endpoint } from "./endpoint.ts";
import { Matching } from "./matching.ts";

/** All endpoints as they are now, by id and by name, and which events they want. */
export class Registry {
  readonly #byId = new Map<EndpointId, Endpoint>();
  readonly #matching = new Matching();

  get(id: EndpointId): Endpoint | null {
    return this.#byId.get(id) ?? null;
  }

  named(name: string): Endpoint | null {
    return this.all().find((endpoint) => endpoint.name === name) ?? null;
  }

  all(): readonly Endpoint[] {
    return [...this.#byId.values()];
  }

  replace(endpoints: readonly Endpoint[]): void {
    this.#byId.clear();
    for (const endpoint of endpoints) this.#byId.set(endpoint.id, endpoint);
    this.#matching.replace(endpoints);
  }

  put(endpoint: Endpoint): void {
    this.#byId.set(endpoint.id, endpoint);
    this.#matching.replace(this.#byId.values());
  }

  /** Of one that is there. */
  change(id: EndpointId, change: Partial<Endpoint>): void {
    const endpoint = this.#byId.get(id);
    if (endpoint !== undefined) this.put({ ...endpoint, ...change });
  }

  remove(id: EndpointId): void {
    this.#byId.delete(id);
    this.#matching.replace(this.#byId.values());
  }

  match(event: Fannable): readonly EndpointId[] {
    return this.#matching.match(event);
  }
}

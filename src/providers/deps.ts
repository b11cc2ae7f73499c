import type { FetchDeps } from "./bounded-fetch.ts";
import { KeyService } from "./key-service.ts";
import type { ProviderDeps } from "./provider.ts";
import { Sessions } from "./sessions.ts";

/** What providers share, over one way to the network. */
export function providerDeps({ fetch, clock }: FetchDeps): ProviderDeps {
  const sessions = new Sessions({ fetch, clock });
  return { sessions, keys: new KeyService({ fetch, clock, sessions }) };
}

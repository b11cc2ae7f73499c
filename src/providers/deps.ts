import { err } from "../base/result.ts";
import { type FetchDeps, fetchBounded } from "./bounded-fetch.ts";
import { KeyService } from "./key-service.ts";
import { LookupBudget } from "./lookup-budget.ts";
import type { ProviderDeps } from "./provider.ts";
import { Sessions } from "./sessions.ts";

const ASK = { bytesMax: 64 * 2 ** 10, msMax: 5_000 };

/** What providers share, over one way to the network. */
export function providerDeps({ fetch, clock }: FetchDeps): ProviderDeps {
  const sessions = new Sessions({ fetch, clock });
  const budget = new LookupBudget(clock);
  return {
    sessions,
    keys: new KeyService({ fetch, clock, sessions }),
    ask: async (scope, asked) =>
      budget.take(scope) ? fetchBounded(asked, ASK, { fetch, clock }) : err("too_many"),
  };
}

import type { OutboundFetch } from "../../src/providers/bounded-fetch.ts";
import { providerDeps } from "../../src/providers/deps.ts";
import type { ProviderDeps } from "../../src/providers/provider.ts";
import { SimClock } from "./sim-clock.ts";

/** Nobody answers. */
export const unreachable: OutboundFetch = () => Promise.reject(new Error("there is no network"));

/** What providers share, without a network unless one is given. */
export const testDeps = (
  fetch: OutboundFetch = unreachable,
  clock = new SimClock(),
): ProviderDeps => providerDeps({ fetch, clock });

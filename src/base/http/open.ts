import type { Clock } from "../clock.ts";
import { GuardedClient } from "./guarded-client.ts";
import { RememberingResolver, systemResolver } from "./resolver.ts";

/** The process's way to others' servers: one for all, so that connections and names are shared. */
export function openHttpClient(
  clock: Clock,
  /** `network.allowPrivate` as it stands now. */
  allowPrivate: () => readonly string[],
): GuardedClient {
  const resolver = new RememberingResolver(systemResolver, clock);
  return new GuardedClient({ clock, resolver, allowPrivate, trust: [] });
}

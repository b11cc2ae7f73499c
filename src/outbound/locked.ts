import type { Log } from "../base/log.ts";
import type { Endpoint } from "./endpoint.ts";

/** Why an endpoint rests whose secret was made anew without the key that the old one was sealed with. */
export const SEALED_LOST =
  "Its headers and auth were lost with the key that sealed them. Set again those that it had, then resume it.";

/**
 * Whether what was sealed with it, its headers and auth too, is unknown: events must not be sent without them, as if
 * it never had any. Those of the configuration have theirs there.
 */
export const hasLostSealed = ({ origin, locked, secrets }: Endpoint): boolean =>
  origin === "api" && locked !== null && secrets.length === 0;

/** Endpoints that the log names one by one: with another key it is all of them. */
const NAMED_MAX = 20;

/** Raises the alert for each endpoint that nothing can be sent to. */
export function sayLocked(log: Log, endpoints: readonly Endpoint[]): void {
  const all = endpoints.filter(({ locked }) => locked !== null);
  for (const { id: endpoint, name, locked: reason } of all.slice(0, NAMED_MAX))
    log.error("alert: nothing can be sent to an endpoint", { endpoint, name, reason });
  const count = all.length - NAMED_MAX;
  if (count > 0) log.error("alert: nothing can be sent to further endpoints either", { count });
}

import { ok, type Result } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { finlinkUrl } from "../finlink-session.ts";
import { textAt } from "../payload.ts";
import type { ApiFault, KnownState, ProviderApi, StateRecovery } from "../recovery.ts";
import { finlinkDifferences } from "./finlink-differences.ts";
import { getting, listed, unreadable } from "./listing.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The second page of a sweep: those that wait to be exchanged. */
const PENDING = "pending";

/**
 * Vumi Finlink: all connections in one list, those that wait to be exchanged in another, and the status
 * of one. A connection is known by its `credentialsToken`, one that waits by its `publicToken`. Lists are
 * bare arrays without a sign of paging; a connection that is missing from one is asked for by name before
 * it counts as gone. No rates are documented: the ones here are modest.
 *
 * https://docs.vumi.io/general-api-resources/connections: list-all-connections, list-public-tokens,
 * get-connection-status (read 2026-11-22)
 */
export function finlinkRecovery(source: SourceSettings): StateRecovery {
  const connections = `${finlinkUrl(source)}/api/v1/queries/connections`;
  const { clientId, clientSecret } = source.credentials ?? {};
  return {
    kind: "state",
    perSecond: 10,
    lacks:
      clientId && clientSecret
        ? null
        : "`credentials: { clientId, clientSecret }` are absent (console, App Settings, App Client).",
    async list(page, _since, api) {
      if (page === PENDING) {
        const states = await statesAt(`${connections}/pending`, pendingKey, api);
        return states.ok ? ok({ states: states.value, next: null, complete: true }) : states;
      }
      const states = await statesAt(connections, connectionKey, api);
      return states.ok ? ok({ states: states.value, next: PENDING, complete: true }) : states;
    },
    async fetch(key, api) {
      const ask = getting(`${connections}/${encodeURIComponent(key)}`);
      const answer = await api.call(ask);
      if (!answer.ok) return answer;
      if (answer.value.status === 404)
        return UUID.test(key) ? waiting(key, connections, api) : ok(null);
      const state = answer.value.json();
      return textAt(state, "status") === null ? unreadable(ask, "a `status`") : ok(state);
    },
    differences: finlinkDifferences,
  };
}

const connectionKey = (state: unknown): string | null =>
  textAt(state, "status") === null
    ? null
    : (textAt(state, "credentialsToken") ?? textAt(state, "connectionToken"));
const pendingKey = (state: unknown): string | null => textAt(state, "publicToken");

/** One item without what it is known by makes the whole list unreadable: leaving it out would look as if it were gone. */
async function statesAt(
  url: string,
  keyOf: (state: unknown) => string | null,
  api: ProviderApi,
): Promise<Result<readonly KnownState[], ApiFault>> {
  const ask = getting(url);
  const answer = await listed(ask, [], api);
  if (!answer.ok) return answer;
  const states: KnownState[] = [];
  for (const { value } of answer.value.items) {
    const key = keyOf(value);
    if (key === null) return unreadable(ask, "a token (and a status) in each item");
    states.push({ key, state: value });
  }
  return ok(states);
}

/** A public token has no status of its own before it is exchanged, and none afterwards. */
async function waiting(
  key: string,
  connections: string,
  api: ProviderApi,
): Promise<Result<unknown, ApiFault>> {
  const states = await statesAt(`${connections}/pending`, pendingKey, api);
  if (!states.ok) return states;
  return ok(states.value.find((each) => each.key === key)?.state ?? null);
}

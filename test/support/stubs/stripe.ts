import type { ApiAsk } from "../../../src/providers/recovery.ts";
import { afterId, failing, found, type Happened, type Stub } from "./stub.ts";

export const STRIPE_KEY = "rk_test_1";

export interface StripeWorld {
  /** Of one's own account. */
  readonly own: readonly Happened[];
  readonly accounts?: Readonly<Record<string, readonly Happened[]>>;
  readonly endpoints?: readonly {
    readonly url: string;
    readonly enabled_events: readonly string[];
  }[];
}

/** Lists of Stripe's: newest first, `starting_after`, at most 100, `created` in seconds, 30 days are the caller's care. */
export function stripeStub({ own, accounts = {}, endpoints = [] }: StripeWorld): Stub {
  return (ask) => {
    if (ask.headers["authorization"] !== `Bearer ${STRIPE_KEY}`) return failing(401);
    const { pathname, searchParams: query } = new URL(ask.url);
    if (pathname === "/v1/webhook_endpoints") {
      return found({ object: "list", data: endpoints, has_more: false });
    }
    if (pathname === "/v1/accounts") {
      const ids = Object.keys(accounts).map((id) => ({ id, object: "account" }));
      return page(ids, query, ({ id }) => id);
    }
    if (pathname !== "/v1/events") return failing(404);
    const events = eventsOf(ask, own, accounts);
    return events === undefined
      ? failing(403)
      : page(matching(events, query), query, ({ id }) => id);
  };
}

function eventsOf(
  ask: ApiAsk,
  own: readonly Happened[],
  accounts: Readonly<Record<string, readonly Happened[]>>,
): readonly Happened[] | undefined {
  const account = ask.headers["stripe-account"];
  return account === undefined ? own : accounts[account];
}

function matching(events: readonly Happened[], query: URLSearchParams) {
  const [from, to] = [Number(query.get("created[gte]")), Number(query.get("created[lte]"))];
  const types = query.getAll("types[]");
  return events
    .filter(({ at }) => Math.floor(at / 1000) >= from && Math.floor(at / 1000) <= to)
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .toReversed()
    .map(({ id, payload }) => ({ ...payload, id }));
}

function page<T>(all: readonly T[], query: URLSearchParams, idOf: (item: T) => string) {
  const limit = Math.min(Number(query.get("limit") ?? 10), 100);
  const rest = afterId(all, query.get("starting_after"), idOf);
  return found({ object: "list", data: rest.slice(0, limit), has_more: rest.length > limit });
}

import { ok, type Result } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { ApiFault, ListAsk, ListPage, ListRecovery, ProviderApi } from "../recovery.ts";
import { bearer, getting, isWithin, listed, missedJson } from "./listing.ts";
import { ConnectAccounts } from "./stripe-connect.ts";
import { Subscribed } from "./subscribed.ts";

const DAY_MS = 86_400_000;
const PAGE = 100;
/** `types[]` takes so many. */
const TYPES_MAX = 20;

/**
 * Stripe: `GET /v1/events`, back to 30 days, newest first, of the types that the source's webhook endpoint
 * is subscribed to (`GET /v1/webhook_endpoints`); a restricted key needs to read both. All of them and not
 * only those with `delivery_success=false`: an endpoint that Stripe has disabled is owed nothing. With
 * Connect (`event: { connection: "/account" }`) the events of each connected account are listed, with
 * `Stripe-Account`; one account's alone when it is asked for. Thin (v2) events are in another list.
 *
 * https://docs.stripe.com/api/events/list, https://docs.stripe.com/api/webhook_endpoints/list,
 * https://docs.stripe.com/connect/authentication
 */
export function stripeRecovery(source: SourceSettings): ListRecovery {
  const base = source.baseUrl ?? "https://api.stripe.com";
  const headers = bearer(source.apiKey);
  const accounts = new ConnectAccounts(base, headers);
  const connect = source.event?.connection === "/account";
  const subscribed = new Subscribed(source.name, {
    ask: getting(`${base}/v1/webhook_endpoints?limit=${PAGE}`, headers),
    list: "data",
    url: "url",
    types: "enabled_events",
  });

  const page = async (
    ask: ListAsk,
    account: string | null,
    after: string | null,
    api: ProviderApi,
  ): Promise<Result<ListPage, ApiFault>> => {
    const query = new URLSearchParams({ limit: String(PAGE) });
    query.set("created[gte]", String(Math.floor(ask.since / 1000)));
    query.set("created[lte]", String(Math.ceil(ask.until / 1000)));
    const { types } = subscribed;
    if (types !== null && types.length <= TYPES_MAX) {
      for (const type of types) query.append("types[]", type);
    }
    if (after !== null) query.set("starting_after", after);
    const of = account === null ? headers : { ...headers, "stripe-account": account };
    const url = `${base}/v1/events?${query}`;
    const answer = await listed(getting(url, of), ["data"], api);
    if (!answer.ok) return answer;
    const { items } = answer.value;
    const missed = items
      .filter(({ value }) => subscribed.has(textAt(value, "type")))
      .filter(({ value }) => isWithin(fieldOf(value, "created"), ask))
      .map((item) => missedJson(accounts.named(item, account)))
      .reverse();
    const more = fieldOf(answer.value.answer.json(), "has_more") === true;
    return ok({ missed, next: more ? textAt(items.at(-1)?.value, "id") : null, keep: null });
  };

  return {
    kind: "list",
    windowMs: 30 * DAY_MS,
    overlapMs: 600_000,
    perSecond: 10,
    lacks:
      source.apiKey === null
        ? "`apiKey` is absent: give a key (a restricted one that reads Events and Webhook Endpoints is enough)."
        : null,
    async list(ask, api) {
      if (ask.page === null) {
        const learnt = await subscribed.learn(api);
        if (!learnt.ok) return learnt;
      }
      const one = ask.connection?.startsWith("acct_") ? ask.connection : null;
      if (!connect || one !== null) return page(ask, one, ask.page, api);
      return accounts.page(ask, api, (account, after) => page(ask, account, after, api));
    },
  };
}

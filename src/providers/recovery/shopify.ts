import { ok } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { parseMoment } from "../date-time.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { Difference, KnownState, StateRecovery } from "../recovery.ts";
import { getting, isoOf, listed, unreadable } from "./listing.ts";
import { followed, nextByLink } from "./next-page.ts";

const PAGE = 250;
const VERSION = "2026-10";
/** Times are cut to the second, and lists lag: each sweep begins earlier by this. What is known makes no difference. */
const OVERLAP_MS = 600_000;
/** Resources whose list takes `updated_at_min`, and what one of them is called. */
const RESOURCES: Readonly<Record<string, string>> = {
  orders: "order",
  products: "product",
  customers: "customer",
  draft_orders: "draft_order",
};

/** Where a sweep over resources is. */
interface Place {
  readonly resource: number;
  readonly url: string | null;
}

/**
 * Shopify: no webhook can be had again, but what changed can be listed: `updated_at_min` on the resources
 * that `credentials.resources` names. Each object is a state of its own (`orders/<id>`), its events are the
 * shop's: `orders.changed` and so on, beside the webhooks, which reach the handler as ever. What was
 * deleted is not noticed, and what was before the first sweep is not asked for.
 *
 * `credentials: { shop: "<shop>.myshopify.com", resources: "orders,products" }`, `apiKey`: an Admin API
 * access token that reads them. It is the REST Admin API, which Shopify calls legacy and serves.
 *
 * https://shopify.dev/docs/api/admin-rest/usage/pagination and
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
export function shopifyRecovery(source: SourceSettings): StateRecovery {
  const shop = source.credentials?.["shop"] ?? "";
  const resources = (source.credentials?.["resources"] ?? "orders")
    .split(",")
    .map((name) => name.trim());
  const base = `${source.baseUrl ?? `https://${shop}`}/admin/api/${VERSION}`;
  const headers = { "x-shopify-access-token": source.apiKey ?? "" };

  return {
    kind: "state",
    webhooksAreEvents: true,
    perSecond: 2,
    lacks: lacking(source, shop, resources),
    async fetch(key, api) {
      const [resource = "", id = ""] = key.split("/");
      const one = RESOURCES[resource];
      if (one === undefined || !/^\d+$/.test(id)) return ok(null);
      const ask = getting(`${base}/${resource}/${id}.json`, headers);
      const answer = await api.call(ask);
      if (!answer.ok) return answer;
      if (answer.value.status === 404) return ok(null);
      const state = fieldOf(answer.value.json(), one);
      return state === undefined ? unreadable(ask, `\`${one}\``) : ok(state);
    },
    async list(page, since, api) {
      const none = { states: [], next: null, complete: false };
      if (since === null) return ok(none);
      const place: Place = page === null ? { resource: 0, url: null } : (JSON.parse(page) as Place);
      const resource = resources[place.resource];
      if (resource === undefined) return ok(none);
      const query = new URLSearchParams({
        limit: String(PAGE),
        updated_at_min: isoOf(since - OVERLAP_MS),
      });
      // Otherwise only open ones are listed.
      if (resource === "orders") query.set("status", "any");
      const ask = getting(place.url ?? `${base}/${resource}.json?${query}`, headers);
      const answer = await listed(ask, [resource], api);
      if (!answer.ok) return answer;
      const states = answer.value.items.flatMap(({ value }): KnownState[] => {
        const id = textAt(value, "id");
        return id === null ? [] : [{ key: `${resource}/${id}`, state: value }];
      });
      const link = nextByLink(answer.value.answer);
      if (link !== null) {
        const url = followed(link, base);
        if (!url.ok) return url;
        return ok({ ...none, states, next: JSON.stringify({ ...place, url: url.value }) });
      }
      const more = place.resource + 1 < resources.length;
      const next = more ? JSON.stringify({ resource: place.resource + 1, url: null }) : null;
      return ok({ ...none, states, next });
    },
    differences: (before, after) => shopifyDifferences(before, after, shop),
  };
}

/** An object's update is known by its time; what is older than what is known is no news. */
export function shopifyDifferences(
  before: unknown,
  after: unknown,
  shop: string,
): readonly Difference[] {
  if (after === null) return [];
  const [now, was] = [textAt(after, "updated_at"), textAt(before, "updated_at")];
  const [at, wasAt] = [parseMoment(now), parseMoment(was)];
  if (now === was || (at !== null && wasAt !== null && at <= wasAt)) return [];
  const kind = resourceOf(after);
  const id = `${kind}/${textAt(after, "id") ?? ""}/${at ?? now}`;
  return [
    { type: `${kind}.changed`, id, occurredAt: at, sequence: null, connection: shop, data: after },
  ];
}

/** By the global id that each object has: `gid://shopify/Order/1` is one of `orders`. */
function resourceOf(state: unknown): string {
  const name = /^gid:\/\/shopify\/([A-Za-z]+)\//.exec(
    textAt(state, "admin_graphql_api_id") ?? "",
  )?.[1];
  const snake = (name ?? "object").replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`);
  return `${snake.toLowerCase()}s`;
}

const SHOP = /^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/;

function lacking(
  { apiKey }: SourceSettings,
  shop: string,
  resources: readonly string[],
): string | null {
  if (apiKey === null) return "`apiKey` is absent: give an Admin API access token.";
  if (!SHOP.test(shop)) return "`credentials.shop` is no <shop>.myshopify.com.";
  const unknown = resources.find((name) => !Object.hasOwn(RESOURCES, name));
  if (unknown === undefined) return null;
  return `\`credentials.resources\` names ${unknown}; known are ${Object.keys(RESOURCES).join(", ")}.`;
}

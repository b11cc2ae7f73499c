import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, joined, textAt } from "./payload.ts";
import type { Inbound, Preset } from "./provider.ts";
import { shopifyRecovery } from "./recovery/shopify.ts";
import { jsonSample, signed } from "./sample.ts";
import { presetHmac } from "./schemes/preset-hmac.ts";
import type { Scheme } from "./schemes/scheme.ts";

const HMAC = "hmac-sha256";

/**
 * Shopify: webhooks (`X-Shopify-…`) and the newer events (`shopify-…`), which are signed alike.
 *
 * One action of a merchant can cause webhooks of several topics, and of several objects, that share an
 * event id: the id of an event is therefore made of all three, so that none is taken for another.
 * Topic, shop and time are headers, which nobody signs.
 *
 * Connection: the shop's domain.
 */
export const shopify: Preset = {
  name: "shopify",
  title: "Shopify",
  source:
    "https://shopify.dev/docs/apps/build/webhooks and @shopify/shopify-api 15.0.0 (read 2026-09-17)",
  needs: needs({ secrets: "required", credentials: "optional", apiKey: "optional" }),
  guide: {
    verifies: "`X-Shopify-Hmac-Sha256`: HMAC-SHA256 over the body, in base 64. No time is signed.",
    secretHelp:
      "The app's client secret (Dev Dashboard, Settings); of webhooks made in the shop's admin, the secret shown under Settings, Notifications, Webhooks.",
    connection: "The shop's domain.",
    identity:
      "`X-Shopify-Event-Id` with the topic and the object's id, else `X-Shopify-Webhook-Id`.",
    retryWindow:
      "Eight times within four hours, with the payload of the first try. It waits five seconds for the answer, and removes a subscription that failed eight times in a row.",
    recovery:
      'cannot be listed; what changed since the last sweep can be: orders, products, customers, draft orders (`credentials: { shop, resources: "orders,products" }` and `apiKey`, an Admin API token), as `orders.changed` and so on. Deletions are not noticed.',
    provenBy: "vendor's verifier @shopify/shopify-api",
  },
  bodyBytesMax: null,
  open: (source) => ({
    verify: openShopify(source).verify,
    split: openSplit(source.event, (payload, inbound) => ({
      id: idOf(payload, inbound),
      type: headerOf(inbound, "topic"),
      connection: headerOf(inbound, "shop-domain"),
      occurredAt: headerOf(inbound, "triggered-at") ?? fieldOf(payload, "updated_at"),
    })),
    methods: [],
    acceptedStatus: 200,
  }),
  recovery: shopifyRecovery,
  sampleTypes: [
    "orders/create",
    "orders/paid",
    "products/update",
    "customers/create",
    "app/uninstalled",
  ],
  sample(type, at, id, source, url) {
    if (!/^[a-z_]+\/[a-z_]+$/.test(type))
      return err(`${type} is no topic of Shopify's; try orders/create`);
    const time = new Date(at).toISOString();
    const payload = {
      id: 820982911946154,
      admin_graphql_api_id: "gid://shopify/Order/820982911946154",
      email: "ada@example.com",
      currency: "EUR",
      total_price: "19.90",
      created_at: time,
      updated_at: time,
    };
    const unsigned = jsonSample(payload, {
      "x-shopify-topic": type,
      "x-shopify-shop-domain": "sample.myshopify.com",
      "x-shopify-api-version": "2026-10",
      "x-shopify-event-id": id,
      "x-shopify-webhook-id": id,
      "x-shopify-triggered-at": time,
    });
    return signed(openShopify(source), { type, at, id, url }, unsigned);
  },
};

function openShopify(source: SourceSettings): Scheme {
  const of = (header: string): Scheme => presetHmac(source, { header, encoding: "base64" });
  const webhooks = of(`x-shopify-${HMAC}`);
  const events = of(`shopify-${HMAC}`);
  return {
    verify: (inbound) =>
      inbound.header(`shopify-${HMAC}`) === null
        ? webhooks.verify(inbound)
        : events.verify(inbound),
    sign: webhooks.sign,
  };
}

/** Of both families, the one whose signature is there. */
const headerOf = (inbound: Inbound, name: string): string | null =>
  inbound.header(
    inbound.header(`shopify-${HMAC}`) === null ? `x-shopify-${name}` : `shopify-${name}`,
  );

function idOf(payload: unknown, inbound: Inbound): string | null {
  const object =
    textAt(payload, "admin_graphql_api_id") ??
    textAt(payload, "id") ??
    headerOf(inbound, "resource-id") ??
    "";
  return (
    joined(headerOf(inbound, "event-id"), headerOf(inbound, "topic"), object) ??
    headerOf(inbound, "webhook-id")
  );
}

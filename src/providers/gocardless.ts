import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { batchAt } from "./batches.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, textAt } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { gocardlessRecovery } from "./recovery/gocardless.ts";
import { jsonSample, signed } from "./sample.ts";
import { presetHmac } from "./schemes/preset-hmac.ts";

const openGocardless = (source: SourceSettings) =>
  presetHmac(source, { header: "webhook-signature" });

/**
 * GoCardless: batches of up to 250 events, each with an id of its own.
 *
 * Connection: what the event is about, e.g. the payment `PM…` or the mandate `MD…` that `links` names;
 * else the organisation. Type: resource and action, e.g. `payments.confirmed`.
 */
export const gocardless: Preset = {
  name: "gocardless",
  title: "GoCardless",
  source:
    "https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks and gocardless-nodejs 10.1.2 (read 2026-09-23)",
  needs: needs({ secrets: "required", apiKey: "optional" }),
  guide: {
    verifies: "`Webhook-Signature`: HMAC-SHA256 over the body. No time is signed.",
    secretHelp:
      "The endpoint's secret, which you choose or are shown under Developers, Create, Webhook endpoint. Sandbox and live have their own.",
    connection:
      "The resource that the event is about (`links.payment`, `links.mandate` …), else the organisation.",
    identity: "Each event's `id` (`EV…`).",
    retryWindow: "Up to eight times, at growing distances. It waits ten seconds for the answer.",
    recovery:
      'can be listed: Events, by time; with `apiKey` (an access token that reads). How long they are kept is not documented. Sandbox: `baseUrl: "https://api-sandbox.gocardless.com"`.',
    provenBy: "vendor's verifier gocardless-nodejs",
  },
  bodyBytesMax: null,
  open: (source) => ({
    verify: openGocardless(source).verify,
    split: openSplit(
      source.event,
      (payload) => ({
        id: fieldOf(payload, "id"),
        type: typeOf(payload),
        connection: connectionOf(payload),
        occurredAt: fieldOf(payload, "created_at"),
      }),
      batchAt("events"),
    ),
    methods: [],
    acceptedStatus: 200,
  }),
  recovery: gocardlessRecovery,
  sampleTypes: [
    "payments.confirmed",
    "payments.failed",
    "mandates.created",
    "payouts.paid",
    "subscriptions.cancelled",
  ],
  sample(type, at, id, source, url) {
    const [resource, action] = type.split(".");
    if (!/^[a-z_]+s\.[a-z_]+$/.test(type) || resource === undefined) {
      return err(`${type} is no type of GoCardless's; try payments.confirmed`);
    }
    const event = {
      id,
      created_at: new Date(at).toISOString(),
      resource_type: resource,
      action,
      links: { [singular(resource)]: "PM0001SAMPLE", organisation: "OR0001SAMPLE" },
      details: { origin: "gocardless", cause: `sample_${action}`, description: "A sample" },
      metadata: {},
    };
    const payload = { events: [event], meta: { webhook_id: `WB${id}` } };
    return signed(openGocardless(source), { type, at, id, url }, jsonSample(payload));
  },
};

/** `billing_requests` → `billing_request`: how `links` names it. */
const singular = (resource: string): string => resource.replace(/s$/, "");

function typeOf(event: unknown): string | null {
  const resource = textAt(event, "resource_type");
  const action = textAt(event, "action");
  return resource === null || action === null ? resource : `${resource}.${action}`;
}

function connectionOf(event: unknown): string | null {
  const resource = textAt(event, "resource_type");
  const own = resource === null ? null : textAt(event, "links", singular(resource));
  return own ?? textAt(event, "links", "organisation");
}

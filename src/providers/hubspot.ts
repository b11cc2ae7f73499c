import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { batchAt } from "./batches.ts";
import { readAs } from "./inbound.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, joined, textAt } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { hubspotLogin, hubspotRecovery } from "./recovery/hubspot.ts";
import { jsonSample, signed } from "./sample.ts";
import { fiveMinutes, presetHmac } from "./schemes/preset-hmac.ts";
import type { Scheme } from "./schemes/scheme.ts";

const STAMP = "x-hubspot-request-timestamp";

/**
 * HubSpot: webhooks of apps, signature version 3. It signs the URL, so that `publicUrl` has to be what
 * HubSpot calls. A request is an array of up to 100 events; `eventId` alone may repeat, so that portal,
 * subscription and object are part of an event's id.
 *
 * Connection: the object within its portal.
 */
export const hubspot: Preset = {
  name: "hubspot",
  title: "HubSpot",
  source:
    "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation and @hubspot/api-client 14.0.1 (read 2026-08-11)",
  needs: needs({ secrets: "required", credentials: "optional" }),
  guide: {
    verifies:
      "`X-HubSpot-Signature-v3`: HMAC-SHA256 over method, URL, body and timestamp, in base 64; at most five minutes old or ahead. `publicUrl` has to be what HubSpot calls.",
    secretHelp: "The app's client secret, on its Auth page. The URL goes to the app's Webhooks.",
    connection: "`<portalId>/<objectId>`.",
    identity: "`portalId`, `subscriptionId`, `eventId` and `objectId` together.",
    retryWindow:
      "About ten times within 24 hours, as third parties report. It waits about five seconds for the answer.",
    recovery:
      "can be listed: the webhooks journal, back to three days; with `credentials: { clientId, clientSecret }` of the app. It has subscriptions of its own, and its events have other ids: subscribe an object to the journal or to webhooks, or it comes twice.",
    provenBy: "vendor's signer @hubspot/api-client",
  },
  signsUrl: true,
  bodyBytesMax: null,
  open: (source) => ({
    verify: openHubspot(source).verify,
    split: openSplit(
      source.event,
      (payload) => {
        const portal = textAt(payload, "portalId");
        const object = textAt(payload, "objectId");
        const parts = [textAt(payload, "subscriptionId"), textAt(payload, "eventId")] as const;
        return {
          id: joined(portal, ...parts, object ?? ""),
          type: fieldOf(payload, "subscriptionType") ?? journalType(payload),
          connection: joined(portal, object) ?? portal,
          occurredAt: fieldOf(payload, "occurredAt"),
        };
      },
      batchAt(),
    ),
    methods: [],
    acceptedStatus: 200,
  }),
  recovery: hubspotRecovery,
  login: hubspotLogin,
  sampleTypes: ["contact.creation", "contact.propertyChange", "deal.creation", "company.deletion"],
  sample(type, at, id, source, url) {
    if (!/^[a-zA-Z]+\.[a-zA-Z]+$/.test(type))
      return err(`${type} is no type of HubSpot's; try contact.creation`);
    const payload = [
      {
        eventId: id,
        subscriptionId: 4321,
        portalId: 62515,
        appId: 54321,
        occurredAt: at,
        subscriptionType: type,
        attemptNumber: 0,
        objectId: 1246965,
        changeSource: "CRM",
      },
    ];
    return signed(openHubspot(source), { type, at, id, url }, jsonSample(payload));
  },
};

/** An event of the webhooks journal says instead what was done, and to which type of objects: `0-1.CREATE`. */
function journalType(payload: unknown): string | null {
  const [object, action] = [textAt(payload, "objectTypeId"), textAt(payload, "action")];
  return object === null || action === null ? action : `${object}.${action}`;
}

/** HubSpot decodes some escapes of the query before it signs: both forms are tried. */
function openHubspot(source: SourceSettings): Scheme {
  const scheme = presetHmac(source, {
    header: "x-hubspot-signature-v3",
    encoding: "base64",
    signed: `{method}{url}{body}{header:${STAMP}}`,
    timestamp: fiveMinutes(STAMP, "ms"),
  });
  return {
    verify(inbound) {
      const asReceived = scheme.verify(inbound);
      const mismatch = !asReceived.ok && asReceived.error.code === "signature_mismatch";
      if (!mismatch || !inbound.publicUrl.includes("%")) return asReceived;
      const decoded = scheme.verify(readAs(inbound, { publicUrl: decodedUrl(inbound.publicUrl) }));
      return decoded.ok ? decoded : asReceived;
    },
    sign: scheme.sign,
  };
}

/** Exactly the escapes that HubSpot's page lists. */
const DECODED: Readonly<Record<string, string>> = {
  "%3A": ":",
  "%2F": "/",
  "%3F": "?",
  "%40": "@",
  "%21": "!",
  "%24": "$",
  "%27": "'",
  "%28": "(",
  "%29": ")",
  "%2A": "*",
  "%2C": ",",
  "%3B": ";",
};

const decodedUrl = (url: string): string =>
  url.replaceAll(/%[0-9a-f]{2}/gi, (code) => DECODED[code.toUpperCase()] ?? code);

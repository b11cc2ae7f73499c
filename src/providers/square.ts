import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { squareRecovery } from "./recovery/square.ts";
import { jsonSample, signed } from "./sample.ts";
import { presetHmac } from "./schemes/preset-hmac.ts";

const openSquare = (source: SourceSettings) =>
  presetHmac(source, {
    header: "x-square-hmacsha256-signature",
    encoding: "base64",
    signed: "{url}{body}",
  });

/**
 * Square signs the URL as it is written in its dashboard, so that `publicUrl` has to be the same, to
 * the letter. Connection: the merchant (of a single location: `event: { connection: "/location_id" }`).
 */
export const square: Preset = {
  name: "square",
  title: "Square",
  source:
    "https://developer.squareup.com/docs/webhooks/step3validate and square 46.0.0 (read 2026-09-20)",
  needs: needs({ secrets: "required", apiKey: "optional" }),
  guide: {
    verifies:
      "`x-square-hmacsha256-signature`: HMAC-SHA256 over the URL and the body, in base 64. `publicUrl` has to be what Square calls. No time is signed.",
    secretHelp:
      "The signature key of the webhook subscription, in the Developer Console under Webhooks, Subscriptions.",
    connection: "The merchant (`merchant_id`).",
    identity: "`event_id`.",
    retryWindow: "Up to 24 hours. A subscription that answers nothing for three weeks is disabled.",
    recovery:
      'can be listed: the Events API, back to 28 days, of the time since it was enabled (`PUT /v2/events/enable`, once) and of the types that the subscription has; with `apiKey` (the application\'s access token). Sandbox: `baseUrl: "https://connect.squareupsandbox.com"`.',
    provenBy: "vendor's verifier square",
  },
  signsUrl: true,
  bodyBytesMax: null,
  open: (source) => ({
    verify: openSquare(source).verify,
    split: openSplit(source.event, (payload) => ({
      id: fieldOf(payload, "event_id"),
      type: fieldOf(payload, "type"),
      connection: fieldOf(payload, "merchant_id"),
      occurredAt: fieldOf(payload, "created_at"),
    })),
    methods: [],
    acceptedStatus: 200,
  }),
  recovery: squareRecovery,
  sampleTypes: [
    "payment.created",
    "payment.updated",
    "order.created",
    "customer.created",
    "refund.updated",
  ],
  sample(type, at, id, source, url) {
    if (!/^[a-z_.]+\.[a-z_]+$/.test(type))
      return err(`${type} is no type of Square's; try payment.created`);
    const kind = type.split(".")[0] ?? type;
    const payload = {
      merchant_id: "6SSW7HV8K2ST5",
      location_id: "S8GWD5R9QB376",
      type,
      event_id: id,
      created_at: new Date(at).toISOString(),
      data: {
        type: kind,
        id: "KkAkhdMsgzn59SM8A89WgKwekxLZY",
        object: { [kind]: { status: "APPROVED" } },
      },
    };
    return signed(openSquare(source), { type, at, id, url }, jsonSample(payload));
  },
};

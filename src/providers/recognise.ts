import { presetByName } from "./index.ts";
import { fieldOf } from "./payload.ts";
import type { Inbound, Preset } from "./provider.ts";

/** A header that only this provider sends, in the order in which they are asked for: the telling ones first. */
const BY_HEADER: readonly (readonly [header: string, preset: string])[] = [
  ["stripe-signature", "stripe"],
  ["x-github-event", "github"],
  ["x-gitlab-event", "gitlab"],
  ["x-shopify-topic", "shopify"],
  ["x-slack-signature", "slack"],
  ["svix-signature", "svix"],
  ["plaid-verification", "plaid"],
  ["vumi-verification", "finlink"],
  // SendGrid belongs to Twilio, and its headers say so.
  ["x-twilio-email-event-webhook-signature", "sendgrid"],
  ["x-twilio-signature", "twilio"],
  ["paddle-signature", "paddle"],
  ["x-square-hmacsha256-signature", "square"],
  ["paypal-transmission-sig", "paypal"],
  ["x-hubspot-signature-v3", "hubspot"],
  ["x-zm-signature", "zoom"],
  ["x-amz-sns-message-type", "sns"],
  ["x-signature-ed25519", "discord"],
  ["tl-signature", "truelayer"],
  // Standard Webhooks send both; GoCardless a signature alone.
  ["webhook-id", "standard-webhooks"],
  ["webhook-signature", "gocardless"],
  // Meta took this scheme over from GitHub, and Intercom its older form.
  ["x-hub-signature-256", "meta"],
  ["x-hub-signature", "intercom"],
  ["ce-id", "cloudevents"],
];

/** Those whose headers say nothing: fields that the payload always has. */
const BY_PAYLOAD: readonly (readonly [fields: readonly string[], preset: string])[] = [
  [["signature", "event-data"], "mailgun"],
  [["MessageStream", "MessageID"], "postmark"],
  [["specversion", "source", "type"], "cloudevents"],
];

/** Whose request it looks like; `null`: nobody's that is known. A guess for people: it proves nothing. */
export function recognise(inbound: Inbound): Preset | null {
  const headed = BY_HEADER.find(([header]) => inbound.header(header) !== null);
  const name = headed?.[1] ?? byPayload(inbound);
  return name === undefined ? null : (presetByName(name) ?? null);
}

function byPayload(inbound: Inbound): string | undefined {
  const payload = inbound.parsed();
  if (!payload.ok) return undefined;
  return BY_PAYLOAD.find(([fields]) =>
    fields.every((field) => fieldOf(payload.value, field) !== undefined),
  )?.[1];
}

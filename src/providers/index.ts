import { cloudevents } from "./cloudevents.ts";
import { custom } from "./custom.ts";
import { discord } from "./discord.ts";
import { finlink } from "./finlink.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { gocardless } from "./gocardless.ts";
import { hubspot } from "./hubspot.ts";
import { intercom } from "./intercom.ts";
import { mailgun } from "./mailgun.ts";
import { meta } from "./meta.ts";
import { paddle } from "./paddle.ts";
import { paypal } from "./paypal.ts";
import { plaid } from "./plaid.ts";
import { postmark } from "./postmark.ts";
import type { Preset } from "./provider.ts";
import { sendgrid } from "./sendgrid.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import { sns } from "./sns.ts";
import { square } from "./square.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { stripe } from "./stripe.ts";
import { svix } from "./svix.ts";
import { truelayer } from "./truelayer.ts";
import { twilio } from "./twilio.ts";
import { zoom } from "./zoom.ts";

/** Every sender that is known by name. A new one is a file beside this one and a line here. */
export const presets: readonly Preset[] = [
  cloudevents,
  custom,
  discord,
  finlink,
  github,
  gitlab,
  gocardless,
  hubspot,
  intercom,
  mailgun,
  meta,
  paddle,
  paypal,
  plaid,
  postmark,
  sendgrid,
  shopify,
  slack,
  sns,
  square,
  standardWebhooks,
  stripe,
  svix,
  truelayer,
  twilio,
  zoom,
];

const BY_NAME = new Map(presets.map((preset) => [preset.name, preset]));

export const presetByName = (name: string): Preset | undefined => BY_NAME.get(name);

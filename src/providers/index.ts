import { cloudevents } from "./cloudevents.ts";
import { custom } from "./custom.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { gocardless } from "./gocardless.ts";
import { hubspot } from "./hubspot.ts";
import { intercom } from "./intercom.ts";
import { mailgun } from "./mailgun.ts";
import { meta } from "./meta.ts";
import { paddle } from "./paddle.ts";
import { postmark } from "./postmark.ts";
import type { Preset } from "./provider.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import { square } from "./square.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { stripe } from "./stripe.ts";
import { svix } from "./svix.ts";
import { twilio } from "./twilio.ts";
import { zoom } from "./zoom.ts";

/** Every sender that is known by name. A new one is a file beside this one and a line here. */
export const presets: readonly Preset[] = [
  cloudevents,
  custom,
  github,
  gitlab,
  gocardless,
  hubspot,
  intercom,
  mailgun,
  meta,
  paddle,
  postmark,
  shopify,
  slack,
  square,
  standardWebhooks,
  stripe,
  svix,
  twilio,
  zoom,
];

const BY_NAME = new Map(presets.map((preset) => [preset.name, preset]));

export const presetByName = (name: string): Preset | undefined => BY_NAME.get(name);

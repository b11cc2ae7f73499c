import type { SourceSettings } from "../../src/config/settings.ts";
import { eventSettings, hmacSettings, sourceSettings } from "../support/settings.ts";

/** A configured sender, and what of its requests proves what. */
export interface Case {
  readonly name: string;
  readonly source: (secrets: readonly string[]) => SourceSettings;
  /** Headers without which nothing is proven. */
  readonly signature: string;
  readonly required: readonly string[];
  /** The header that tells a signed time, if any; its tolerance is 300 s. */
  readonly timed: boolean;
  readonly coversBody: boolean;
}

const secret = (letter: string): string =>
  `whsec_${Buffer.from(letter.repeat(24)).toString("base64")}`;
export const [OLD, NEW] = [secret("a"), secret("b")];

const named = (provider: string) => (secrets: readonly string[]) =>
  sourceSettings({ provider, secrets, verify: null });
const custom = (verify: NonNullable<SourceSettings["verify"]>) => (secrets: readonly string[]) =>
  sourceSettings({ verify, secrets, event: eventSettings({ id: "/id", items: "/list" }) });

export const CASES: readonly Case[] = [
  {
    name: "stripe",
    source: named("stripe"),
    signature: "stripe-signature",
    required: ["stripe-signature"],
    timed: true,
    coversBody: true,
  },
  {
    name: "github",
    source: named("github"),
    signature: "x-hub-signature-256",
    required: ["x-hub-signature-256"],
    timed: false,
    coversBody: true,
  },
  {
    name: "standard-webhooks",
    source: named("standard-webhooks"),
    signature: "webhook-signature",
    required: ["webhook-id", "webhook-timestamp", "webhook-signature"],
    timed: true,
    coversBody: true,
  },
  {
    name: "custom (hmac)",
    source: custom(
      hmacSettings({
        secrets: [],
        prefix: "v1=",
        signed: "{header:x-at}.{body}",
        timestamp: { header: "x-at", unit: "s", toleranceS: 300 },
      }),
    ),
    signature: "x-signature",
    required: ["x-at", "x-signature"],
    timed: true,
    coversBody: true,
  },
  {
    name: "custom (basic)",
    source: custom({ scheme: "basic", username: "ada", passwords: [] }),
    signature: "authorization",
    required: ["authorization"],
    timed: false,
    coversBody: false,
  },
  {
    name: "custom (bearer)",
    source: custom({ scheme: "bearer", header: "x-token", prefix: "", secrets: [] }),
    signature: "x-token",
    required: ["x-token"],
    timed: false,
    coversBody: false,
  },
  {
    name: "cloudevents",
    source: named("cloudevents"),
    signature: "authorization",
    required: ["authorization"],
    timed: false,
    coversBody: false,
  },
  {
    name: "gitlab",
    source: named("gitlab"),
    signature: "x-gitlab-token",
    required: ["x-gitlab-token"],
    timed: false,
    coversBody: false,
  },
  {
    name: "gocardless",
    source: named("gocardless"),
    signature: "webhook-signature",
    required: ["webhook-signature"],
    timed: false,
    coversBody: true,
  },
  {
    name: "hubspot",
    source: named("hubspot"),
    signature: "x-hubspot-signature-v3",
    required: ["x-hubspot-signature-v3", "x-hubspot-request-timestamp"],
    timed: true,
    coversBody: true,
  },
  {
    name: "intercom",
    source: named("intercom"),
    signature: "x-hub-signature",
    required: ["x-hub-signature"],
    timed: false,
    coversBody: true,
  },
  {
    name: "meta",
    source: named("meta"),
    signature: "x-hub-signature-256",
    required: ["x-hub-signature-256"],
    timed: false,
    coversBody: true,
  },
  {
    name: "paddle",
    source: named("paddle"),
    signature: "paddle-signature",
    required: ["paddle-signature"],
    timed: true,
    coversBody: true,
  },
  {
    name: "postmark",
    source: named("postmark"),
    signature: "authorization",
    required: ["authorization"],
    timed: false,
    coversBody: false,
  },
  {
    name: "shopify",
    source: named("shopify"),
    signature: "x-shopify-hmac-sha256",
    required: ["x-shopify-hmac-sha256"],
    timed: false,
    coversBody: true,
  },
  {
    name: "slack",
    source: named("slack"),
    signature: "x-slack-signature",
    required: ["x-slack-signature", "x-slack-request-timestamp"],
    timed: true,
    coversBody: true,
  },
  {
    name: "square",
    source: named("square"),
    signature: "x-square-hmacsha256-signature",
    required: ["x-square-hmacsha256-signature"],
    timed: false,
    coversBody: true,
  },
  {
    name: "svix",
    source: named("svix"),
    signature: "svix-signature",
    required: ["svix-id", "svix-timestamp", "svix-signature"],
    timed: true,
    coversBody: true,
  },
  {
    name: "twilio",
    source: named("twilio"),
    signature: "x-twilio-signature",
    required: ["x-twilio-signature"],
    timed: false,
    // The fields are signed, not their bytes: `%2B` and `%2b` are the same to Twilio.
    coversBody: false,
  },
  {
    name: "zoom",
    source: named("zoom"),
    signature: "x-zm-signature",
    required: ["x-zm-signature", "x-zm-request-timestamp"],
    timed: true,
    coversBody: true,
  },
];

/** Presets whose proof is no header, and the test that holds the same promises of them. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  mailgun: "test/providers/mailgun.test.ts",
  sns: "test/providers/sns.test.ts",
};

/** What a provider's preset cannot do without. */
type Needs = "secrets" | "publicKey" | "nothing";

/** Headers that only one provider sends; where several would fit, the first does. */
const SIGNS: readonly (readonly [header: string, provider: string, needs: Needs])[] = [
  ["x-github-event", "github", "secrets"],
  ["x-gitlab-event", "gitlab", "secrets"],
  ["stripe-signature", "stripe", "secrets"],
  ["x-shopify-topic", "shopify", "secrets"],
  ["x-slack-signature", "slack", "secrets"],
  ["paddle-signature", "paddle", "secrets"],
  ["x-square-hmacsha256-signature", "square", "secrets"],
  ["paypal-transmission-id", "paypal", "secrets"],
  ["x-twilio-email-event-webhook-signature", "sendgrid", "publicKey"],
  ["x-twilio-signature", "twilio", "secrets"],
  ["x-hubspot-signature-v3", "hubspot", "secrets"],
  ["x-zm-signature", "zoom", "secrets"],
  ["x-signature-ed25519", "discord", "publicKey"],
  ["x-amz-sns-message-type", "sns", "nothing"],
  ["tl-signature", "truelayer", "nothing"],
  ["svix-id", "svix", "secrets"],
  ["webhook-id", "standard-webhooks", "secrets"],
  ["webhook-signature", "gocardless", "secrets"],
];

/** The provider that a request is from, by its headers, and what to configure for it; `null` when none is known. */
export function recognised(
  headers: Readonly<Record<string, string>>,
): { readonly provider: string; readonly config: string } | null {
  const sign = SIGNS.find(([header]) => Object.hasOwn(headers, header));
  if (sign === undefined) return null;
  const [, provider, needs] = sign;
  const prefix = provider.toUpperCase().replaceAll("-", "_");
  const keys: Readonly<Record<Needs, readonly string[]>> = {
    secrets: [`  secrets: [env("${prefix}_WEBHOOK_SECRET")],`],
    publicKey: [`  publicKey: env("${prefix}_PUBLIC_KEY"),`],
    nothing: [],
  };
  const name = /^[a-z]+$/.test(provider) ? provider : JSON.stringify(provider);
  const lines = [
    `${name}: {`,
    `  provider: "${provider}",`,
    ...keys[needs],
    "  async onEvent(event, ctx) {",
    "    ctx.state.last = event.type;",
    "  },",
    "},",
  ];
  return { provider, config: lines.join("\n") };
}

import type { SourceSettings } from "../../src/config/settings.ts";
import type { KeyKind } from "../../src/providers/public-keys.ts";
import { keyPair } from "../support/key-pairs.ts";
import { eventSettings, sourceSettings } from "../support/settings.ts";
import type { Case } from "./contract-cases.ts";

const secret = (letter: string): string =>
  `whsec_${Buffer.from(letter.repeat(24)).toString("base64")}`;

/** Key pairs stand for secrets: the two that are exchanged have one each, and all others share a third. */
function pemOf(kind: KeyKind, of: string): string {
  const name = of === secret("a") ? "old" : of === secret("b") ? "new" : "other";
  return keyPair(kind, name).pem;
}

const pems = (kind: KeyKind, secrets: readonly string[]): string =>
  secrets.map((each) => pemOf(kind, each)).join("");

const keyed =
  (provider: string, kind: KeyKind, given: Partial<SourceSettings> = {}) =>
  (secrets: readonly string[]): SourceSettings =>
    sourceSettings({ provider, verify: null, publicKey: pems(kind, secrets), ...given });

const signature =
  (scheme: "ed25519" | "ecdsa", kind: "ed25519" | "P-256" | "P-384" | "P-521", raw = false) =>
  (secrets: readonly string[]): SourceSettings =>
    sourceSettings({
      event: eventSettings({ id: "/id" }),
      verify: {
        scheme,
        curve: kind === "ed25519" ? "P-256" : kind,
        hash: "sha384",
        format: raw ? "raw" : "der",
        encoding: raw ? "base64url" : "base64",
        header: "x-signature",
        prefix: "v1=",
        signed: "{header:x-at}.{body}",
        timestamp: { header: "x-at", unit: "s", toleranceS: 300 },
        publicKeys: secrets.map((each) => pemOf(kind, each)),
      },
    });

const generic = { signature: "x-signature", required: ["x-at", "x-signature"], timed: true };

/** Senders that sign with private keys. */
export const KEY_CASES: readonly Case[] = [
  {
    name: "sendgrid",
    source: keyed("sendgrid", "P-256"),
    signature: "x-twilio-email-event-webhook-signature",
    required: ["x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"],
    timed: false,
    coversBody: true,
  },
  {
    name: "discord",
    source: keyed("discord", "ed25519"),
    signature: "x-signature-ed25519",
    required: ["x-signature-ed25519", "x-signature-timestamp"],
    timed: false,
    coversBody: true,
  },
  {
    name: "truelayer",
    source: keyed("truelayer", "P-521"),
    signature: "tl-signature",
    required: ["tl-signature"],
    timed: false,
    coversBody: true,
  },
  {
    name: "plaid",
    source: keyed("plaid", "P-256"),
    signature: "plaid-verification",
    required: ["plaid-verification"],
    timed: true,
    coversBody: true,
  },
  {
    name: "finlink",
    source: keyed("finlink", "P-256"),
    signature: "vumi-verification",
    required: ["vumi-verification"],
    timed: false,
    coversBody: true,
  },
  {
    name: "paypal",
    // The webhook's id is what is exchanged.
    source: (secrets) =>
      sourceSettings({
        provider: "paypal",
        verify: null,
        secrets,
        publicKey: keyPair("rsa", "new").pem,
      }),
    signature: "paypal-transmission-sig",
    required: [
      "paypal-transmission-sig",
      "paypal-transmission-id",
      "paypal-transmission-time",
      "paypal-cert-url",
      "paypal-auth-algo",
    ],
    timed: false,
    coversBody: true,
  },
  {
    name: "custom (ed25519)",
    source: signature("ed25519", "ed25519"),
    ...generic,
    coversBody: true,
  },
  {
    name: "custom (ecdsa P-256)",
    source: signature("ecdsa", "P-256"),
    ...generic,
    coversBody: true,
  },
  {
    name: "custom (ecdsa P-521, raw)",
    source: signature("ecdsa", "P-521", true),
    ...generic,
    coversBody: true,
  },
];

/** A source whose samples this preset can sign and take; `null`: a secret is enough. */
export function keyedSource(provider: string): SourceSettings | null {
  if (provider === "sns") return keyed("sns", "rsa")([secret("b")]);
  const known = KEY_CASES.find(({ name }) => name === provider);
  return known?.source([secret("b")]) ?? null;
}

import { err, ok, type Result } from "./result.ts";

/**
 * A secret that webhooks are signed with, as Standard Webhooks writes it: `whsec_` + base64 of 24 to 64 bytes
 * (HMAC-SHA256, v1), or `whsk_` + base64 of an Ed25519 private key (v1a): its 32 bytes, or 64 with the public ones
 * behind. Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, "Signature scheme".
 */
export type SigningSecret =
  | { readonly version: "v1"; readonly key: Uint8Array }
  | { readonly version: "v1a"; readonly seed: Uint8Array };

/** Secrets that sign at a time: each adds a signature, and servers bound the size of a header. */
export const SIGNING_SECRETS_MAX = 5;
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;
const SEED_BYTES = 32;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The secret inside its text, or a sentence on why it is none, without the secret. */
export function parseSigningSecret(text: string): Result<SigningSecret, string> {
  const prefix = /^wh(?:sec|sk)_/.exec(text)?.[0];
  if (prefix === undefined) {
    const wrong = text.startsWith("whpk_") ? "is a public key, which cannot sign" : "has no prefix";
    return err(`The secret ${wrong}: write whsec_ + base64, or whsk_ + base64 of an Ed25519 key.`);
  }
  const encoded = text.slice(prefix.length);
  if (!BASE64.test(encoded)) return err(`What follows ${prefix} is not base64.`);
  const bytes = Buffer.from(encoded, "base64");
  if (prefix === "whsk_") {
    if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES)
      return err(
        `An Ed25519 key (whsk_) has 32 bytes, or 64 with its public half; this has ${bytes.length}.`,
      );
    return ok({ version: "v1a", seed: bytes.subarray(0, SEED_BYTES) });
  }
  if (bytes.length < KEY_BYTES_MIN || bytes.length > KEY_BYTES_MAX)
    return err(`A secret (whsec_) has 24 to 64 bytes; this has ${bytes.length}.`);
  return ok({ version: "v1", key: bytes });
}

/** Several in one text, separated by spaces or commas: all of them sign. Empty when there is none. */
export const signingSecretTexts = (text: string): readonly string[] =>
  text.split(/[\s,]+/).filter((part) => part !== "");

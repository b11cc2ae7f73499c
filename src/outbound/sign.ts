import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signWith,
} from "node:crypto";
import type { Millis } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result } from "../base/result.ts";
import {
  parseSigningSecret,
  SIGNING_SECRETS_MAX,
  signingSecretTexts,
} from "../base/signing-secret.ts";
import { drawBytes } from "./bytes.ts";

/** A secret as it is kept: the current one has no end, those before it have one. */
export interface KeptSecret {
  readonly text: string;
  /** It signs until then; `null`: for good. */
  readonly until: Millis | null;
}

/** A secret that is ready to sign. */
export interface SigningKey {
  readonly version: "v1" | "v1a";
  readonly until: Millis | null;
  /** `whpk_…` of an asymmetric one. */
  readonly publicKey: string | null;
  readonly fingerprint: string;
  /** `v1,<base64>` over `<id>.<timestamp>.<body>`. */
  sign(prefix: string, body: Uint8Array): string;
}

/**
 * `fresh` (one secret, or several) signs from now on; those before it end at `previousUntil`, or earlier where there
 * would be more than five.
 */
export function rotated(
  before: readonly KeptSecret[],
  fresh: string,
  now: Millis,
  previousUntil: Millis,
): readonly KeptSecret[] {
  const old = before
    .map(({ text, until }) => ({ text, until: Math.min(until ?? previousUntil, previousUntil) }))
    .filter(({ until }) => until > now);
  const current = signingSecretTexts(fresh).map((text) => ({ text, until: null }));
  return [...current, ...old].slice(0, SIGNING_SECRETS_MAX);
}

/** PKCS #8 (RFC 8410) up to the 32 bytes of an Ed25519 private key. */
const ED25519_PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const SECRET_BYTES = 32;

/** A new `whsec_` secret, or with `v1a` a new `whsk_` one. */
export function newSecret(random: Random, version: "v1" | "v1a" = "v1"): string {
  const bytes = drawBytes(random, SECRET_BYTES).toString("base64");
  return `${version === "v1" ? "whsec" : "whsk"}_${bytes}`;
}

/** The key of a secret's text, or a sentence on why it is none. */
export function openSecret({ text, until }: KeptSecret): Result<SigningKey, string> {
  const parsed = parseSigningSecret(text);
  if (!parsed.ok) return parsed;
  const fingerprint = createHash("sha256").update(text).digest("hex").slice(0, 8);
  if (parsed.value.version === "v1") {
    const { key } = parsed.value;
    const sign: SigningKey["sign"] = (prefix, body) =>
      `v1,${createHmac("sha256", key).update(prefix).update(body).digest("base64")}`;
    return ok({ version: "v1", until, publicKey: null, fingerprint, sign });
  }
  const key = privateKey(parsed.value.seed);
  const sign: SigningKey["sign"] = (prefix, body) =>
    `v1a,${signWith(null, Buffer.concat([Buffer.from(prefix), body]), key).toString("base64")}`;
  return ok({ version: "v1a", until, publicKey: publicText(key), fingerprint, sign });
}

function privateKey(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([ED25519_PKCS8, seed]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

function publicText(key: KeyObject): string {
  const { x = "" } = createPublicKey(key).export({ format: "jwk" }) as { x?: string };
  return `whpk_${Buffer.from(x, "base64url").toString("base64")}`;
}

/**
 * The three headers of Standard Webhooks 1.0.0. The id is the same for all tries, the time is that of this one;
 * every key that is not over signs, the current one first, so that an old one can be replaced without a gap.
 * Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
 */
export function signatureHeaders(
  id: string,
  at: Millis,
  body: Uint8Array,
  keys: readonly SigningKey[],
): Record<string, string> {
  const stamp = String(Math.floor(at / 1000));
  const prefix = `${id}.${stamp}.`;
  const headers: Record<string, string> = { "webhook-id": id, "webhook-timestamp": stamp };
  const valid = keys.filter(({ until }) => until === null || until > at);
  const signatures = valid.map((key) => key.sign(prefix, body));
  if (signatures.length > 0) headers["webhook-signature"] = signatures.join(" ");
  return headers;
}

import { createPublicKey, type KeyObject, verify as verifySignature } from "node:crypto";
import { err, ok } from "../../base/result.ts";
import type { VerifySettings } from "../../config/settings.ts";
import type { Inbound } from "../provider.ts";
import { fingerprintOf } from "./compare.ts";
import { anyEqual, encoded, type HmacKey, hmacKeys } from "./hmac.ts";
import { failed, type Scheme, type Sign, type Verify } from "./scheme.ts";
import { checkAge } from "./tolerance.ts";

type Settings = Extract<VerifySettings, { scheme: "standard-webhooks" }>;

/** An Ed25519 public key of the sender (`whpk_…`). */
interface PublicKey {
  readonly fingerprint: string;
  readonly key: KeyObject;
}

interface Keys {
  readonly symmetric: readonly HmacKey[];
  readonly asymmetric: readonly PublicKey[];
}

const SIGNATURES_MAX = 16;

/**
 * Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp` and `webhook-signature`, a list of
 * `v1,<base64>` (HMAC-SHA256) and `v1a,<base64>` (Ed25519) separated by spaces, over
 * `<id>.<timestamp>.<body>`. `header` is what their names begin with, for those who name them otherwise.
 *
 * Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
 */
export function openStandardWebhooks(
  settings: Settings,
  fallback: readonly string[],
  header = "webhook",
): Scheme {
  const secrets = settings.secrets.length > 0 ? settings.secrets : fallback;
  const keys: Keys = {
    symmetric: secrets.filter((secret) => !isPublic(secret)).flatMap(symmetricKeys),
    asymmetric: secrets.filter(isPublic).flatMap(publicKey),
  };
  return { verify: verifyStandard(settings, keys, header), sign: signStandard(keys, header) };
}

function verifyStandard(settings: Settings, keys: Keys, header: string): Verify {
  const [idHeader, stampHeader, listHeader] = [
    `${header}-id`,
    `${header}-timestamp`,
    `${header}-signature`,
  ];
  return (inbound) => {
    const id = inbound.header(idHeader);
    const stamp = inbound.header(stampHeader);
    const list = inbound.header(listHeader);
    if (!id) return failed("signature_missing", `${idHeader} is absent.`);
    if (!stamp) return failed("signature_missing", `${stampHeader} is absent.`);
    if (!list) return failed("signature_missing", `${listHeader} is absent.`);
    const fingerprint = matchingKey(keys, `${id}.${stamp}.`, list, inbound);
    if (fingerprint === null) {
      return failed(
        "signature_mismatch",
        `No signature in ${listHeader} was made over these bytes with a known key.`,
      );
    }
    const faulty = checkAge(stamp, "s", settings.toleranceS, inbound.receivedAt);
    return faulty === null ? ok({ scheme: "standard-webhooks", fingerprint }) : err(faulty);
  };
}

function matchingKey(keys: Keys, prefix: string, list: string, inbound: Inbound): string | null {
  // Repeated headers are joined by a comma and a space; within one, a space separates.
  const entries = list.split(/,? +/, SIGNATURES_MAX);
  const ofVersion = (version: string): string[] =>
    entries
      .filter((entry) => entry.startsWith(version))
      .map((entry) => entry.slice(version.length));
  const symmetric = ofVersion("v1,").map((signature) => signature.replace(/={1,2}$/, ""));
  for (const key of symmetric.length === 0 ? [] : keys.symmetric) {
    const hasher = key.start().update(prefix).update(inbound.body);
    if (anyEqual(encoded(hasher, "base64"), symmetric)) return key.fingerprint;
  }
  const asymmetric = keys.asymmetric.length === 0 ? [] : ofVersion("v1a,");
  if (asymmetric.length === 0) return null;
  const signed = Buffer.concat([Buffer.from(prefix), inbound.body]);
  for (const key of keys.asymmetric) {
    if (asymmetric.some((signature) => verifies(signed, key.key, signature)))
      return key.fingerprint;
  }
  return null;
}

const SIGNATURE_BYTES = 64;

function verifies(signed: Buffer, key: KeyObject, signature: string): boolean {
  const bytes = Buffer.from(signature, "base64");
  return bytes.length === SIGNATURE_BYTES && verifySignature(null, signed, key, bytes);
}

const isPublic = (secret: string): boolean => secret.startsWith("whpk_");

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The key of `whsec_<base64>`, with or without its prefix. A secret that is no base 64 is its own text. */
function symmetricKeys(secret: string): readonly HmacKey[] {
  const text = secret.startsWith("whsec_") ? secret.slice("whsec_".length) : secret;
  const bytes = Buffer.from(text, BASE64.test(text) ? "base64" : "utf8");
  return hmacKeys("sha256", bytes, secret);
}

const PUBLIC_KEY_BYTES = 32;

/** A key that is none matches nothing: it must not keep the other secrets from working. */
function publicKey(secret: string): PublicKey[] {
  const raw = Buffer.from(secret.slice("whpk_".length), "base64");
  if (raw.length !== PUBLIC_KEY_BYTES) return [];
  const jwk = { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") };
  return [
    { fingerprint: fingerprintOf(secret), key: createPublicKey({ key: jwk, format: "jwk" }) },
  ];
}

function signStandard(keys: Keys, header: string): Sign {
  return ({ id, at, body }) => {
    const key = keys.symmetric[0];
    if (key === undefined) return err("The source has no symmetric secret (whsec_…) to sign with.");
    const stamp = String(Math.floor(at / 1000));
    const signature = key.start().update(`${id}.${stamp}.`).update(body).digest("base64");
    return ok({
      [`${header}-id`]: id,
      [`${header}-timestamp`]: stamp,
      [`${header}-signature`]: `v1,${signature}`,
    });
  };
}

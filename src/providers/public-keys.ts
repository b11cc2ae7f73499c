import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { KeySet, PublicKey } from "./key-service.ts";
import { fieldOf } from "./payload.ts";
import { fingerprintOf } from "./schemes/compare.ts";

export type KeyKind = "ed25519" | "P-256" | "P-384" | "P-521" | "rsa";

const CURVES: Readonly<Record<string, KeyKind>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

/** What kind of key it is; `null` for one that nothing here verifies with. */
export function kindOf(key: KeyObject): KeyKind | null {
  const type = key.asymmetricKeyType;
  if (type === "ed25519" || type === "rsa") return type;
  if (type !== "ec") return null;
  return CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""] ?? null;
}

const RSA_BITS_MIN = 2048;

/** The key with its name, or `null` where it is not of this kind, or too weak. */
export function publicKeyOf(key: KeyObject, kind: KeyKind | null): PublicKey | null {
  const found = kindOf(key);
  if (found === null || (kind !== null && found !== kind)) return null;
  if (found === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) < RSA_BITS_MIN) return null;
  const bytes = key.export({ format: "der", type: "spki" });
  const fingerprint = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  return { key, fingerprint, validFrom: null, validUntil: null };
}

/** A JSON Web Key; `null` when it is none, is symmetric, or is of another kind. */
export function keyOfJwk(jwk: unknown, kind: KeyKind | null): PublicKey | null {
  const members: Record<string, string> = {};
  // Only what makes a public key: whatever else the object holds is nobody's business here.
  for (const name of ["kty", "crv", "x", "y", "n", "e"]) {
    const value = fieldOf(jwk, name);
    if (typeof value === "string") members[name] = value;
  }
  if (members["kty"] === undefined || members["kty"] === "oct") return null;
  return attempt(() => publicKeyOf(createPublicKey({ key: members, format: "jwk" }), kind));
}

/** A JSON Web Key Set: those of its keys that can verify, by their `kid`; one without is under the empty name. */
export function keySetOf(json: unknown, kind: KeyKind | null): KeySet | null {
  const list = fieldOf(json, "keys");
  if (!Array.isArray(list)) return null;
  const keys = new Map<string, PublicKey>();
  for (const jwk of list.slice(0, KEYS_MAX) as readonly unknown[]) {
    const use = fieldOf(jwk, "use");
    const key = use === undefined || use === "sig" ? keyOfJwk(jwk, kind) : null;
    const kid = fieldOf(jwk, "kid");
    if (key !== null) keys.set(typeof kid === "string" ? kid : "", key);
  }
  return keys;
}

const KEYS_MAX = 100;
const PEM = /-----BEGIN [A-Z ]+-----[A-Za-z0-9+/=\s]+-----END [A-Z ]+-----/g;

/**
 * Keys as people paste them: PEM (several, one behind the other), or bare hexadecimal or base 64, several
 * separated by spaces or commas: 32 bytes are an Ed25519 key, anything else the DER of a PEM. A private
 * key stands for its public one: so a test setup can sign its own samples. What is no key of this kind is
 * left out.
 */
export function keysIn(text: string, kind: KeyKind): readonly PublicKey[] {
  const pems = text.match(PEM);
  const parts = pems ?? text.split(/[\s,]+/).filter((part) => part !== "");
  return parts.flatMap((part) => {
    const found = attempt(() => publicKeyOf(pastedKey(part), kind));
    // Named by what was pasted: that is what its owner can tell it by.
    const fingerprint = fingerprintOf(parts.length === 1 ? text : part);
    return found === null ? [] : [{ ...found, fingerprint }];
  });
}

function pastedKey(text: string): KeyObject {
  if (text.startsWith("-----")) return createPublicKey(text);
  const bytes = Buffer.from(text, /^(?:[0-9a-f]{2})+$/i.test(text) ? "hex" : "base64");
  if (bytes.length !== ED25519_BYTES) {
    return createPublicKey({ key: bytes, format: "der", type: "spki" });
  }
  const jwk = { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") };
  return createPublicKey({ key: jwk, format: "jwk" });
}

const ED25519_BYTES = 32;

/** The first private key of this kind among pasted texts; `null`: there is none. */
export function privateKeyIn(texts: readonly (string | null)[], kind: KeyKind): KeyObject | null {
  const pems = texts.flatMap((text) => text?.match(PEM) ?? []);
  for (const pem of pems.filter((each) => each.includes("PRIVATE KEY"))) {
    const key = attempt(() => createPrivateKey(pem));
    if (key !== null && kindOf(key) === kind) return key;
  }
  return null;
}

/** What cannot be read as a key throws, whatever is wrong with it. */
function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}

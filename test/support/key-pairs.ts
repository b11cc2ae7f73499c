import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { KeyKind } from "../../src/providers/public-keys.ts";

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The private key in PEM: in `publicKey` of a source it verifies, and signs samples. */
  readonly pem: string;
}

const made = new Map<string, KeyPair>();

/** A key pair of this kind and name; the same each time in one run, since making one takes long. */
export function keyPair(kind: KeyKind, name = "one"): KeyPair {
  const before = made.get(`${kind} ${name}`);
  if (before !== undefined) return before;
  const { privateKey, publicKey } = generated(kind);
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const pair = { privateKey, publicKey, pem };
  made.set(`${kind} ${name}`, pair);
  return pair;
}

function generated(kind: KeyKind): {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
} {
  if (kind === "ed25519") return generateKeyPairSync("ed25519");
  if (kind === "rsa") return generateKeyPairSync("rsa", { modulusLength: 2048 });
  return generateKeyPairSync("ec", { namedCurve: kind });
}

import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { err, ok, type Result } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { type KeyKind, privateKeyIn } from "./public-keys.ts";

/**
 * What signs the samples of a provider whose private key nobody but it has: a private key of one's own
 * in `publicKey` (a test setup), or given as the secret. A source that knows no key at all, as in
 * development, gets a key made for the occasion: its signature is of the right form and proves nothing.
 */
export function sampleKey(source: SourceSettings, kind: KeyKind): Result<KeyObject, string> {
  const own = privateKeyIn([...source.secrets, source.publicKey], kind);
  if (own !== null) return ok(own);
  if (source.publicKey !== null || source.secrets.length === 0) {
    return err(
      `Only the provider's private key can sign. For a test source, put a private key of your own (PEM, ${kind}) into publicKey.`,
    );
  }
  return ok(madeUp(kind));
}

function madeUp(kind: KeyKind): KeyObject {
  if (kind === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  if (kind === "rsa") return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync("ec", { namedCurve: kind }).privateKey;
}

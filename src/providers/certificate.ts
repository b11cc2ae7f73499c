import { X509Certificate } from "node:crypto";
import type { Millis } from "../base/clock.ts";
import { err, type Result } from "../base/result.ts";
import type { PublicKey } from "./key-service.ts";
import type { VerifyFailure } from "./provider.ts";
import { publicKeyOf } from "./public-keys.ts";

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const CHAIN_MAX = 8;

/**
 * The RSA key of the first certificate of a PEM file, with its dates. Where the file is a chain, each
 * certificate must have been issued and signed by the next. Not checked, as the runtime has no way:
 * that the last one leads to a trusted root, and revocation. What is trusted is the host that the file
 * was fetched from over TLS, and its address. `null`: it is none of this.
 */
export function keyOfCertificates(pem: string, named: RegExp | null = null): PublicKey | null {
  try {
    const chain = (pem.match(PEM) ?? []).map((each) => new X509Certificate(each));
    const [leaf] = chain;
    if (leaf === undefined || chain.length > CHAIN_MAX || !isLinked(chain)) return null;
    if (named !== null && !named.test(commonNameOf(leaf))) return null;
    const key = publicKeyOf(leaf.publicKey, "rsa");
    const [validFrom, validUntil] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
    const dated = !Number.isNaN(validFrom) && !Number.isNaN(validUntil);
    return key === null || !dated ? null : { ...key, validFrom, validUntil };
  } catch {
    return null;
  }
}

const isLinked = (chain: readonly X509Certificate[]): boolean =>
  chain.every((each, index) => {
    const issuer = chain[index + 1];
    return issuer === undefined || (each.checkIssued(issuer) && each.verify(issuer.publicKey));
  });

const commonNameOf = (certificate: X509Certificate): string =>
  /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? "";

/** A key outside of its dates proves nothing of what arrived then. */
export function checkDates(
  { validFrom, validUntil }: PublicKey,
  at: Millis,
): Result<never, VerifyFailure> | null {
  const outside =
    (validFrom !== null && at < validFrom) || (validUntil !== null && at > validUntil);
  return outside
    ? err({ code: "signature_mismatch", detail: "The provider's key is not valid at this time." })
    : null;
}

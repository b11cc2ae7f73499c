import { type KeyObject, sign as makeSignature, verify as verifySignature } from "node:crypto";
import { err, ok } from "../../base/result.ts";
import type { SignatureSettings } from "../../config/settings.ts";
import type { PublicKey } from "../key-service.ts";
import { keysIn, privateKeyIn } from "../public-keys.ts";
import { stampFor } from "./hmac.ts";
import { failed, type Scheme, type Sign, type Verify } from "./scheme.ts";
import { strictBytes } from "./strict-bytes.ts";
import { feedSigned, type Part, parseTemplate } from "./template.ts";
import { checkAge } from "./tolerance.ts";

/** Each costs an operation on a curve, per key: some thousand times that of a comparison. */
const SIGNATURES_MAX = 4;

/**
 * Ed25519 or ECDSA over a template, e.g. `{header:x-timestamp}{body}`. Any key may match any signature
 * of the header (separated by comma, semicolon or space).
 */
export function openSignature(settings: SignatureSettings): Scheme {
  const kind = settings.scheme === "ed25519" ? "ed25519" : settings.curve;
  const keys = settings.publicKeys.flatMap((text) => keysIn(text, kind));
  return {
    verify: verifyWith(settings, keys),
    sign: signWith(settings, privateKeyIn(settings.publicKeys, kind)),
  };
}

function verifyWith(settings: SignatureSettings, keys: readonly PublicKey[]): Verify {
  const parts = parseTemplate(settings.signed);
  const header = settings.header.toLowerCase();
  const signedHeaders = parts.flatMap((part) => (part.kind === "header" ? [part.name] : []));
  const stampHeader = settings.timestamp?.header.toLowerCase() ?? null;
  return (inbound) => {
    const given = inbound.header(header);
    if (!given) return failed("signature_missing", `${header} is absent.`);
    const stamp = stampHeader === null ? "" : inbound.header(stampHeader);
    if (stampHeader !== null && !stamp) {
      return failed("signature_missing", `${stampHeader} is absent.`);
    }
    const absent = signedHeaders.find((name) => !inbound.header(name));
    if (absent !== undefined) {
      return failed("signature_missing", `${absent}, which is signed, is absent.`);
    }
    const signed = signedBytes(parts, inbound);
    const key = matching(keys, signed, given, settings);
    if (key === null) {
      return failed(
        "signature_mismatch",
        `No signature in ${header} was made over these bytes with a known key.`,
      );
    }
    const faulty =
      settings.timestamp === null
        ? null
        : checkAge(
            stamp ?? "",
            settings.timestamp.unit,
            settings.timestamp.toleranceS,
            inbound.receivedAt,
          );
    return faulty === null
      ? ok({ scheme: settings.scheme, fingerprint: key.fingerprint })
      : err(faulty);
  };
}

/** A curve's signature is made over all bytes at once. */
function signedBytes(parts: readonly Part[], request: Parameters<typeof feedSigned>[1]): Buffer {
  const pieces: Uint8Array[] = [];
  feedSigned(parts, request, (piece) => {
    pieces.push(typeof piece === "string" ? Buffer.from(piece) : piece);
  });
  return Buffer.concat(pieces);
}

function matching(
  keys: readonly PublicKey[],
  signed: Uint8Array,
  given: string,
  settings: SignatureSettings,
): PublicKey | null {
  const signatures = given
    .split(/[,; ]+/, SIGNATURES_MAX)
    .filter((token) => token.startsWith(settings.prefix))
    .flatMap((token) => {
      return strictBytes(token.slice(settings.prefix.length), settings.encoding) ?? [];
    });
  const right = (key: PublicKey): boolean =>
    signatures.some((signature) => verifies(settings, key.key, signed, signature));
  return keys.find(right) ?? null;
}

const hashOf = ({ scheme, hash }: SignatureSettings): string | null =>
  scheme === "ed25519" ? null : hash;

const encodingOf = ({ format }: SignatureSettings): "der" | "ieee-p1363" =>
  format === "raw" ? "ieee-p1363" : "der";

function verifies(
  settings: SignatureSettings,
  key: KeyObject,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const dsaEncoding = encodingOf(settings);
  try {
    return verifySignature(hashOf(settings), signed, { key, dsaEncoding }, signature);
  } catch {
    // A signature of an impossible length or form.
    return false;
  }
}

function signWith(settings: SignatureSettings, key: KeyObject | null): Sign {
  const parts = parseTemplate(settings.signed);
  return (unsigned) => {
    if (key === null) {
      return err(
        "Only the sender's private key can sign. For a test, put a private key of your own (PEM) where the public key belongs.",
      );
    }
    const headers: Record<string, string> = {};
    if (settings.timestamp !== null) {
      headers[settings.timestamp.header] = stampFor(unsigned.at, settings.timestamp.unit);
    }
    for (const part of parts) {
      if (part.kind === "header") headers[part.name] ??= unsigned.headers[part.name] ?? unsigned.id;
    }
    const { pathname, search } = new URL(unsigned.url);
    const request = {
      body: unsigned.body,
      method: "POST",
      url: pathname + search,
      publicUrl: unsigned.url,
      header: (name: string) => headers[name] ?? null,
    };
    const dsaEncoding = encodingOf(settings);
    const signature = makeSignature(hashOf(settings), signedBytes(parts, request), {
      key,
      dsaEncoding,
    });
    headers[settings.header] = settings.prefix + signature.toString(settings.encoding);
    return ok(headers);
  };
}

import { err, ok } from "../../base/result.ts";
import type { VerifySettings } from "../../config/settings.ts";
import { equalSignatures, fingerprintOf } from "./compare.ts";
import { failed, type Scheme, type Sign, type Verify } from "./scheme.ts";
import { feedSigned, parseTemplate } from "./template.ts";
import { checkAge } from "./tolerance.ts";

type HmacSettings = Extract<VerifySettings, { scheme: "hmac" }>;
type Encoding = HmacSettings["encoding"];

/** A key, prepared once: copying a keyed hasher costs less than keying it again. */
export class HmacKey {
  readonly fingerprint: string;
  readonly #keyed: Bun.CryptoHasher;

  constructor(algorithm: HmacSettings["algorithm"], key: Uint8Array, secret: string) {
    this.fingerprint = fingerprintOf(secret);
    this.#keyed = new Bun.CryptoHasher(algorithm, key);
  }

  start(): Bun.CryptoHasher {
    return this.#keyed.copy();
  }
}

/** In place of a timestamp where none is signed. */
const NO_STAMP = "none";

/** More signatures in one header than any rotation needs; each costs a comparison per secret. */
const SIGNATURES_MAX = 16;

/**
 * HMAC over a template, e.g. `{header:x-timestamp}.{body}`. Any secret may match any signature of the
 * header (separated by comma, semicolon or space). The signature is judged before its age, so that an
 * age is only ever told of something that the sender has signed.
 */
export function openHmac(settings: HmacSettings, fallback: readonly string[]): Scheme {
  const secrets = settings.secrets.length > 0 ? settings.secrets : fallback;
  const keys = secrets.flatMap((secret) =>
    hmacKeys(
      settings.algorithm,
      settings.secretEncoding === "utf8"
        ? Buffer.from(secret)
        : Buffer.from(secret, settings.secretEncoding),
      secret,
    ),
  );
  return { verify: verifyHmac(settings, keys), sign: signHmac(settings, keys[0]) };
}

/** An empty key is none at all: a hasher without a key would let anybody sign. */
export function hmacKeys(
  algorithm: HmacSettings["algorithm"],
  key: Uint8Array,
  secret: string,
): readonly HmacKey[] {
  return key.byteLength === 0 ? [] : [new HmacKey(algorithm, key, secret)];
}

function verifyHmac(settings: HmacSettings, keys: readonly HmacKey[]): Verify {
  const parts = parseTemplate(settings.signed);
  const header = settings.header.toLowerCase();
  const stampHeader = settings.timestamp?.header.toLowerCase() ?? "";
  return (inbound) => {
    const given = inbound.header(header);
    if (!given) return failed("signature_missing", `${header} is absent.`);
    const stamp = settings.timestamp === null ? NO_STAMP : inbound.header(stampHeader);
    if (!stamp) return failed("signature_missing", `${stampHeader} is absent.`);
    const signatures = signaturesIn(given, settings.prefix, settings.encoding);
    for (const key of keys) {
      const hasher = key.start();
      const absent = feedSigned(parts, inbound, (piece) => hasher.update(piece));
      if (absent !== null) {
        return failed("signature_missing", `${absent}, which is signed, is absent.`);
      }
      if (!anyEqual(encoded(hasher, settings.encoding), signatures)) continue;
      const faulty =
        settings.timestamp === null
          ? null
          : checkAge(
              stamp,
              settings.timestamp.unit,
              settings.timestamp.toleranceS,
              inbound.receivedAt,
            );
      return faulty === null ? ok({ scheme: "hmac", fingerprint: key.fingerprint }) : err(faulty);
    }
    return failed("signature_mismatch", mismatchDetail(header, settings.prefix, signatures.length));
  };
}

function mismatchDetail(header: string, prefix: string, signatures: number): string {
  if (signatures > 0)
    return `No signature in ${header} was made over these bytes with a known secret.`;
  return `${header} holds no signature${prefix === "" ? "" : ` that begins with ${prefix}`}.`;
}

/** The signatures of a header in the form that `encoded` has. */
export function signaturesIn(
  header: string,
  prefix: string,
  encoding: Encoding,
): readonly string[] {
  if (!/[,; ]/.test(header)) {
    return header.startsWith(prefix) ? [normal(header.slice(prefix.length), encoding)] : [];
  }
  return header
    .split(/[,; ]+/, SIGNATURES_MAX)
    .filter((token) => token !== "" && token.startsWith(prefix))
    .map((token) => normal(token.slice(prefix.length), encoding));
}

/** Hexadecimal in either case, base 64 with or without padding: nothing else is taken loosely. */
const normal = (text: string, encoding: Encoding): string =>
  encoding === "hex" ? text.toLowerCase() : text.replace(/={1,2}$/, "");

export function encoded(hasher: Bun.CryptoHasher, encoding: Encoding): string {
  const text = hasher.digest(encoding);
  return encoding === "hex" ? text : text.replace(/={1,2}$/, "");
}

/** Against all of them, without stopping at the first: a few nanoseconds, and nothing to be learnt from time. */
export function anyEqual(expected: string, given: readonly string[]): boolean {
  let equal = false;
  for (const signature of given) if (equalSignatures(expected, signature)) equal = true;
  return equal;
}

function signHmac(settings: HmacSettings, key: HmacKey | undefined): Sign {
  const parts = parseTemplate(settings.signed);
  return (unsigned) => {
    if (key === undefined) return err("The source has no secret to sign with.");
    const headers: Record<string, string> = {};
    if (settings.timestamp !== null) {
      headers[settings.timestamp.header.toLowerCase()] = stampFor(
        unsigned.at,
        settings.timestamp.unit,
      );
    }
    for (const part of parts) {
      if (part.kind === "header") headers[part.name] ??= unsigned.headers[part.name] ?? unsigned.id;
    }
    const { pathname, search } = new URL(unsigned.url);
    const hasher = key.start();
    const request = {
      body: unsigned.body,
      method: "POST",
      url: pathname + search,
      publicUrl: unsigned.url,
      header: (name: string) => headers[name] ?? null,
    };
    feedSigned(parts, request, (piece) => hasher.update(piece));
    headers[settings.header.toLowerCase()] = settings.prefix + hasher.digest(settings.encoding);
    return ok(headers);
  };
}

export function stampFor(at: number, unit: "s" | "ms" | "iso"): string {
  if (unit === "iso") return new Date(at).toISOString();
  return String(unit === "s" ? Math.floor(at / 1000) : at);
}

import { type KeyObject, sign as makeSignature } from "node:crypto";
import type { JwtAlgorithm } from "../../config/jwt-settings.ts";
import { fieldOf } from "../payload.ts";
import type { KeyKind } from "../public-keys.ts";
import { strictBytes } from "./strict-bytes.ts";

/** A compact JWS (RFC 7515) taken apart, before anything in it is believed. */
export interface Jws {
  /** The signed header, as an object. */
  readonly header: object;
  readonly algorithm: string;
  /** Empty when it names none. */
  readonly kid: string;
  /** Empty when the payload is detached. */
  readonly payload: Buffer;
  readonly signature: Buffer;
  /** The first part, as it came: it is signed in this form. */
  readonly protected: string;
}

const KID_CHARACTERS_MAX = 256;

/** `null` for what is none, also where a part is not exactly how its bytes are written. */
export function parseJws(token: string): Jws | null {
  const [first = "", second = "", third = "", ...rest] = token.split(".", 4);
  const [header, payload, signature] = [
    strictBytes(first, "base64url"),
    second === "" ? Buffer.alloc(0) : strictBytes(second, "base64url"),
    strictBytes(third, "base64url"),
  ];
  if (rest.length > 0 || header === null || payload === null || signature === null) return null;
  const json = jsonOf(header);
  const algorithm = fieldOf(json, "alg");
  const kid = fieldOf(json, "kid") ?? "";
  // `crit` names extensions that must be understood: none is.
  const strange = fieldOf(json, "crit") !== undefined;
  if (typeof algorithm !== "string" || typeof kid !== "string" || strange) return null;
  if (kid.length > KID_CHARACTERS_MAX) return null;
  return { header: json as object, algorithm, kid, payload, signature, protected: first };
}

export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

/** What kind of key each algorithm takes: a token must not choose another use for a key (RFC 8725, section 3.1). */
export const KIND_OF: Readonly<Record<JwtAlgorithm, KeyKind>> = {
  ES256: "P-256",
  ES384: "P-384",
  ES512: "P-521",
  RS256: "rsa",
  RS384: "rsa",
  RS512: "rsa",
  PS256: "rsa",
  PS384: "rsa",
  PS512: "rsa",
  EdDSA: "ed25519",
};

const HASHES = { ES256: "sha256", ES384: "sha384", ES512: "sha512", EdDSA: null } as const;

/** Signs, for samples and tests: `header.payload.signature`. */
export function signJws(
  header: Readonly<Record<string, unknown>> & { readonly alg: keyof typeof HASHES },
  payload: Uint8Array,
  key: KeyObject,
): string {
  const signed = `${base64url(JSON.stringify(header))}.${base64url(payload)}`;
  const signature = makeSignature(HASHES[header.alg], Buffer.from(signed), {
    key,
    dsaEncoding: "ieee-p1363",
  });
  return `${signed}.${base64url(signature)}`;
}

const base64url = (content: string | Uint8Array): string =>
  Buffer.from(content as Uint8Array).toString("base64url");

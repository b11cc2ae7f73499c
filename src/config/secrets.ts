import {
  parseSigningSecret,
  SIGNING_SECRETS_MAX,
  signingSecretTexts,
} from "../base/signing-secret.ts";
import { type Check, type Fields, oneOrMore, text } from "./check.ts";

/** Those of the source, for schemes that have none of their own; `null`: given, but faulty (said elsewhere). */
export type SourceSecrets = readonly string[] | null;

/** Its own secrets or else the source's; neither is a fault, since a request could then never be verified. */
export function secretsOf(
  fields: Fields,
  key: string,
  secrets: SourceSecrets,
  check: Check<string>,
): readonly string[] {
  if (fields.has(key)) return fields.read(key, oneOrMore(check), []);
  if (secrets === null) return [];
  if (secrets.length === 0) {
    fields.place
      .at(key)
      .absent("is missing, and the source has no secrets either", "one or more secrets");
    return [];
  }
  return secrets.filter(
    (secret, index) => check(secret, fields.place.at(key).at(index)) !== undefined,
  );
}

/** A secret whose text is written in `encoding`. */
export function secretIn(encoding: "utf8" | "hex" | "base64"): Check<string> {
  return (value, place) => {
    const secret = text(value, place);
    if (secret === undefined || encoding === "utf8") return secret;
    const right = encoding === "hex" ? /^(?:[0-9a-f]{2})+$/i.test(secret) : isBase64(secret);
    return right
      ? secret
      : place.fault(secret, {
          message: `is not ${encoding}, as secretEncoding says`,
          allowed: `a secret in ${encoding}`,
        });
  };
}

/** `whsec_` + base64 (shared), or `whpk_` + base64 (a public key). */
export const standardSecret: Check<string> = (value, place) => {
  const secret = text(value, place);
  if (secret === undefined || isBase64(secret.replace(/^wh(?:sec|pk)_/, ""))) return secret;
  return place.fault(secret, {
    message: "is not base64 after its prefix",
    allowed: '"whsec_" + base64',
  });
};

const isBase64 = (secret: string): boolean => /^[A-Za-z0-9+/_-]{2,}={0,2}$/.test(secret);

/** One that signs what is sent: `whsec_` + base64 (shared, v1), or `whsk_` + base64 (an Ed25519 private key, v1a). */
const signing: Check<string> = (value, place) => {
  const secret = text(value, place);
  if (secret === undefined) return undefined;
  const parsed = parseSigningSecret(secret);
  if (parsed.ok) return secret;
  return place.fault(secret, { message: "is not a signing secret", allowed: parsed.error });
};

/** One or more of them, in one text afterwards: all sign. */
export const signingSecrets: Check<string> = (value, place) => {
  const several = typeof value === "string" ? signingSecretTexts(value) : [];
  const texts = oneOrMore(signing)(several.length > 1 ? several : value, place);
  if (texts === undefined || texts.length <= SIGNING_SECRETS_MAX) return texts?.join(" ");
  return place.fault(texts, {
    message: "has too many secrets: each of them signs every request",
    allowed: `up to ${SIGNING_SECRETS_MAX} secrets`,
  });
};

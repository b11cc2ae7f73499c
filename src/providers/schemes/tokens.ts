import { err, ok } from "../../base/result.ts";
import type { VerifySettings } from "../../config/settings.ts";
import { HashedToken } from "./compare.ts";
import { failed, type Scheme } from "./scheme.ts";

/** HTTP Basic (RFC 7617). The fingerprint is the password's. */
export function openBasic(
  settings: Extract<VerifySettings, { scheme: "basic" }>,
  fallback: readonly string[],
): Scheme {
  const passwords = (settings.passwords.length > 0 ? settings.passwords : fallback).filter(
    notEmpty,
  );
  const known = passwords.map((word) => new HashedToken(word, `${settings.username}:${word}`));
  return {
    verify(inbound) {
      const given = inbound.header("authorization");
      if (!given) return failed("signature_missing", "authorization is absent.");
      const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(given)?.[1];
      if (encoded === undefined || !isCanonical(encoded)) {
        return failed("signature_mismatch", "authorization is not of the form Basic <base64>.");
      }
      const token = matching(known, Buffer.from(encoded, "base64").toString());
      if (token !== null) return ok({ scheme: "basic", fingerprint: token.fingerprint });
      return failed("signature_mismatch", "The user name or password is not known.");
    },
    sign() {
      const password = passwords[0];
      if (password === undefined) return err("The source has no password to sign with.");
      const encoded = Buffer.from(`${settings.username}:${password}`).toString("base64");
      return ok({ authorization: `Basic ${encoded}` });
    },
  };
}

/** Whether its bytes have no other spelling: the last character may hold bits that decoding drops. */
const isCanonical = (base64: string): boolean =>
  Buffer.from(base64, "base64").toString("base64url") ===
  base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** A token in a header: `Authorization: Bearer <token>`, or a bare API key. */
export function openBearer(
  settings: Extract<VerifySettings, { scheme: "bearer" }>,
  fallback: readonly string[],
): Scheme {
  const secrets = (settings.secrets.length > 0 ? settings.secrets : fallback).filter(notEmpty);
  const known = secrets.map((secret) => new HashedToken(secret));
  const header = settings.header.toLowerCase();
  const prefix = settings.prefix.toLowerCase();
  return {
    verify(inbound) {
      const given = inbound.header(header);
      if (!given) return failed("signature_missing", `${header} is absent.`);
      // Names of authentication schemes are compared without case (RFC 9110, section 11.1).
      if (given.slice(0, prefix.length).toLowerCase() !== prefix) {
        return failed("signature_mismatch", `${header} does not begin with ${settings.prefix}`);
      }
      const token = matching(known, given.slice(prefix.length).trim());
      if (token !== null) return ok({ scheme: "bearer", fingerprint: token.fingerprint });
      return failed("signature_mismatch", `The token in ${header} is not known.`);
    },
    sign() {
      const secret = secrets[0];
      if (secret === undefined) return err("The source has no secret to sign with.");
      return ok({ [header]: settings.prefix + secret });
    },
  };
}

/** An empty token would be matched by sending nothing. */
const notEmpty = (token: string): boolean => token !== "";

/** All are compared, so that the time taken does not tell which one it was. */
function matching(known: readonly HashedToken[], given: string): HashedToken | null {
  let found: HashedToken | null = null;
  for (const token of known) if (token.matches(given)) found ??= token;
  return found;
}

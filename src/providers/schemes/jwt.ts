import { err, ok } from "../../base/result.ts";
import type { JwtAlgorithm, JwtSettings } from "../../config/jwt-settings.ts";
import type { VerifySettings } from "../../config/settings.ts";
import type { KeyPlace, KeyService } from "../key-service.ts";
import { type FindKeys, keysByNetwork } from "../key-source.ts";
import { fieldOf } from "../payload.ts";
import { keySetOf } from "../public-keys.ts";
import { parseJws } from "./jws.ts";
import { type JwtRules, judgeJwt } from "./jwt-rules.ts";
import { failed, type LateScheme, type VerifyLater } from "./scheme.ts";

type OauthSettings = Extract<VerifySettings, { scheme: "oauth2" }>;

/** A published key set is asked for again after this long; an unknown key id makes it sooner. */
const KEY_SET_MS = 3_600_000;

/** Where a configured key set is: its own address is all that is allowed. */
export function keySetPlace(jwksUrl: string, scope: string): KeyPlace {
  const url = new URL(jwksUrl);
  return {
    asked: { url: url.href, method: "GET", headers: { accept: "application/json" }, body: null },
    name: url.href,
    scope,
    allowed: (host) => host === url.host,
    // The configuration takes http only where the team has excepted private addresses.
    plain: url.protocol === "http:",
    login: null,
    isUnknown: () => false,
    read: (answer) => keySetOf(answer.json(), null),
    lifetimeMs: KEY_SET_MS,
  };
}

/** A JWT in a header, its keys at a JWKS address. */
export function openJwt(
  settings: JwtSettings,
  keys: Pick<KeyService, "key">,
  scope: string,
): LateScheme {
  const place = keySetPlace(settings.jwksUrl, scope);
  const find = keysByNetwork(() => place, keys);
  return { verify: verifyToken("jwt", settings, settings, find), sign: cannotSign };
}

/**
 * An OAuth 2.0 access token, checked as RFC 9068 says: it is a JWT, issued for us, not expired, and grants
 * the scopes. Tokens that only the issuer can read (introspection, RFC 7662) are not offered: each
 * request would be a question to somebody else.
 */
export function openOauth2(
  settings: OauthSettings,
  keys: Pick<KeyService, "key">,
  scope: string,
): LateScheme {
  const place = keySetPlace(settings.jwksUrl, scope);
  const rules: JwtRules = {
    ...settings,
    claims: {},
    required: ["exp"],
    bodyHash: null,
    maxAgeS: null,
  };
  const token = { header: "authorization", prefix: "Bearer ", algorithms: settings.algorithms };
  const find = keysByNetwork(() => place, keys);
  return { verify: verifyToken("oauth2", token, rules, find, settings.scopes), sign: cannotSign };
}

interface TokenPlace {
  readonly header: string;
  readonly prefix: string;
  readonly algorithms: readonly JwtAlgorithm[];
}

function verifyToken(
  scheme: string,
  { header, prefix, algorithms }: TokenPlace,
  rules: JwtRules,
  find: FindKeys,
  scopes: readonly string[] = [],
): VerifyLater {
  return async (inbound) => {
    const given = inbound.header(header);
    if (!given) return failed("signature_missing", `${header} is absent.`);
    if (!given.toLowerCase().startsWith(prefix.toLowerCase())) {
      return failed("signature_mismatch", `${header} does not begin with ${prefix}`);
    }
    const token = given.slice(prefix.length).trim();
    const jws = parseJws(token);
    if (jws === null || !algorithms.some((algorithm) => algorithm === jws.algorithm)) {
      return failed("signature_mismatch", `${header} holds no token of ${algorithms.join(", ")}.`);
    }
    const found = await find(jws.kid);
    if (!found.ok) return found;
    for (const key of found.value) {
      const judged = await judgeJwt(token, key, algorithms, rules, inbound);
      if (!judged.ok) return judged;
      if (!grants(judged.value, scopes)) {
        return failed("signature_mismatch", `The token does not grant ${scopes.join(" ")}.`);
      }
      return ok({ scheme, fingerprint: key.fingerprint });
    }
    return failed("signature_mismatch", "The issuer has no key.");
  };
}

/** `scope` is a text with spaces (RFC 8693); several issuers have a list called `scp` instead. */
function grants(payload: object, scopes: readonly string[]): boolean {
  const given = fieldOf(payload, "scope") ?? fieldOf(payload, "scp");
  const granted = typeof given === "string" ? given.split(" ") : Array.isArray(given) ? given : [];
  return scopes.every((scope) => granted.includes(scope));
}

const cannotSign = () =>
  err("Only the issuer of the tokens can sign: ask it for one, and post with it yourself.");

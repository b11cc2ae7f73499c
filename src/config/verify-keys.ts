import { httpUrl, network } from "./addresses.ts";
import {
  anyText,
  type Check,
  Fields,
  list,
  number,
  oneOf,
  oneOrMore,
  record,
  text,
} from "./check.ts";
import { signedTemplate, timestamp, warnOfGaps } from "./hmac.ts";
import type { BodyHashSettings, JwtAlgorithm } from "./jwt-settings.ts";
import type { Place } from "./place.ts";
import type { VerifySettings } from "./settings.ts";
import { headerName } from "./values.ts";

type Of<Scheme> = Extract<VerifySettings, { scheme: Scheme }>;

const ENCODINGS = ["hex", "base64", "base64url"] as const;
const HASHES = ["sha256", "sha384", "sha512"] as const;
const CURVES = ["P-256", "P-384", "P-521"] as const;

/** The hash that goes with a curve, unless told otherwise (FIPS 186-5, section 6.1.1; so does JOSE). */
const HASH_OF = { "P-256": "sha256", "P-384": "sha384", "P-521": "sha512" } as const;

/** Ed25519 or ECDSA over any template, in any header. */
export function signatureSettings(
  value: unknown,
  place: Place,
  scheme: "ed25519" | "ecdsa",
): Of<"ed25519" | "ecdsa"> {
  const keys = ["scheme", "encoding", "header", "prefix", "signed", "timestamp", "publicKeys"];
  const ecdsa = scheme === "ecdsa" ? ["curve", "hash", "format"] : [];
  const fields = new Fields(value, place, [...keys, "publicKey", ...ecdsa]);
  const curve = fields.read("curve", oneOf(CURVES), "P-256" as const);
  const key = fields.has("publicKey") ? "publicKey" : "publicKeys";
  const settings = {
    scheme,
    curve,
    hash: fields.read("hash", oneOf(HASHES), HASH_OF[curve]),
    format: fields.read("format", oneOf(["der", "raw"]), "der" as const),
    encoding: fields.read(
      "encoding",
      oneOf(ENCODINGS),
      scheme === "ed25519" ? ("hex" as const) : ("base64" as const),
    ),
    header: fields.need(
      "header",
      headerName,
      "",
      "is missing: the header that carries the signature",
      "a header's name",
    ),
    prefix: fields.read("prefix", anyText, ""),
    signed: fields.read("signed", signedTemplate, "{body}"),
    timestamp: fields.read("timestamp", timestamp, null),
    publicKeys: fields.need(
      key,
      oneOrMore(text),
      [],
      "is missing: the sender's public key",
      "a key in PEM, hexadecimal or base 64, or a list of them",
    ),
  };
  warnOfGaps(settings, place);
  return settings;
}

const ALGORITHMS: readonly JwtAlgorithm[] = [
  "ES256",
  "ES384",
  "ES512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "EdDSA",
];
const ALGORITHMS_DEFAULT: readonly JwtAlgorithm[] = ["RS256", "ES256", "EdDSA"];
const algorithms = oneOrMore(oneOf(ALGORITHMS));
const tolerance = number(0, 86_400);
/** For clocks that do not agree. */
const TOLERANCE_S = 60;

/** `plain`: some private addresses are excepted, so that http is possible. */
const keySetUrl = (plain: boolean): Check<string> =>
  httpUrl({ plain: plain ? "allowed" : "refused", query: true });

const needUrl = (fields: Fields, plain: boolean): string =>
  fields.need(
    "jwksUrl",
    keySetUrl(plain),
    "",
    "is missing: where the issuer publishes its keys",
    "an https URL",
  );

/** A JSON Web Token whose keys are at a JWKS address. */
export function jwtSettings(value: unknown, place: Place, plain: boolean): Of<"jwt"> {
  const keys = ["scheme", "header", "prefix", "jwksUrl", "algorithms", "issuer", "audience"];
  const rules = ["claims", "required", "bodyHash", "toleranceS", "maxAgeS"];
  const fields = new Fields(value, place, [...keys, ...rules]);
  const header = fields.read("header", headerName, "authorization");
  const settings: Of<"jwt"> = {
    scheme: "jwt",
    header,
    prefix: fields.read("prefix", anyText, header === "authorization" ? "Bearer " : ""),
    jwksUrl: needUrl(fields, plain),
    algorithms: fields.read("algorithms", algorithms, ALGORITHMS_DEFAULT),
    issuer: fields.read("issuer", text, null),
    audience: fields.read("audience", oneOrMore(text), []),
    claims: fields.read("claims", record(text, text), {}),
    required: fields.read("required", list(text, 0, 32), []),
    bodyHash: fields.read("bodyHash", bodyHash, null),
    toleranceS: fields.read("toleranceS", tolerance, TOLERANCE_S),
    maxAgeS: fields.read("maxAgeS", number(1, 86_400), null),
  };
  if (settings.bodyHash === null) {
    place.warn(
      "nothing binds the body to the token: whoever sees one can send another body with it (see bodyHash)",
    );
  }
  if (settings.issuer === null && settings.audience.length === 0) {
    place.warn(
      "neither issuer nor audience is given: any token signed with one of these keys passes",
    );
  }
  return settings;
}

const bodyHash: Check<BodyHashSettings> = (value, place) => {
  const fields = new Fields(value, place, ["claim", "algorithm", "encoding"]);
  return {
    claim: fields.need("claim", text, "", "is missing", "the name of the claim"),
    algorithm: fields.read("algorithm", oneOf(HASHES), "sha256" as const),
    encoding: fields.read("encoding", oneOf(ENCODINGS), "hex" as const),
  };
};

/** A bearer access token of OAuth 2.0 that is a JWT. Issuer and audience are what makes it one for us. */
export function oauth2Settings(value: unknown, place: Place, plain: boolean): Of<"oauth2"> {
  const keys = ["scheme", "jwksUrl", "algorithms", "issuer", "audience", "scopes", "toleranceS"];
  const fields = new Fields(value, place, keys);
  return {
    scheme: "oauth2",
    jwksUrl: needUrl(fields, plain),
    algorithms: fields.read("algorithms", algorithms, ALGORITHMS_DEFAULT),
    issuer: fields.need("issuer", text, "", "is missing: who issues the tokens", "the iss claim"),
    audience: fields.need(
      "audience",
      oneOrMore(text),
      [],
      "is missing: otherwise a token for anybody else would pass",
      "the aud claim, or a list",
    ),
    scopes: fields.read("scopes", oneOrMore(text), []),
    toleranceS: fields.read("toleranceS", tolerance, TOLERANCE_S),
  };
}

const PROXIES_MAX = 16;

/** Where requests may come from. */
export function ipAllowListSettings(value: unknown, place: Place): Of<"ip-allow-list"> {
  const fields = new Fields(value, place, ["scheme", "addresses", "proxies", "header"]);
  const proxies: Check<number | readonly string[]> = (given, at) =>
    typeof given === "number"
      ? number(0, PROXIES_MAX)(given, at)
      : list(network, 1, 100)(given, at);
  return {
    scheme: "ip-allow-list",
    addresses: fields.need(
      "addresses",
      list(network, 1, 1000),
      [],
      "is missing: where requests may come from",
      'a list of networks such as "192.0.2.0/24"',
    ),
    proxies: fields.read("proxies", proxies, 0),
    header: fields.read("header", headerName, "x-forwarded-for"),
  };
}

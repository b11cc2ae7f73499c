import { anyText, type Check, Fields, isObject, list, number, oneOf, text } from "./check.ts";
import { hmacSettings } from "./hmac.ts";
import { nearest } from "./nearest.ts";
import type { Place } from "./place.ts";
import { type SourceSecrets, secretsOf, standardSecret } from "./secrets.ts";
import type { VerifySettings } from "./settings.ts";
import { headerName } from "./values.ts";
import {
  ipAllowListSettings,
  jwtSettings,
  oauth2Settings,
  signatureSettings,
} from "./verify-keys.ts";

const SCHEMES = [
  "hmac",
  "standard-webhooks",
  "basic",
  "bearer",
  "api-key",
  "jwt",
  "oauth2",
  "ed25519",
  "ecdsa",
  "ip-allow-list",
  "none",
  "all",
  "any",
] as const;
const DEPTH_MAX = 4;

/**
 * How a source's requests prove where they come from. `secrets`: the source's, for schemes that have none
 * of their own. `plain`: some private addresses are excepted, so that http is possible.
 */
export function verifyCheck(
  secrets: SourceSecrets,
  plain: boolean,
  depth = 0,
): Check<VerifySettings> {
  return (value, place) => {
    if (value === "none") return { scheme: "none" };
    if (!isObject(value))
      return place.fault(value, {
        message: "is not a scheme",
        allowed: '{ scheme: "hmac", … } or "none"',
      });
    const scheme = schemeOf(value["scheme"], place.at("scheme"));
    switch (scheme) {
      case undefined:
        return undefined;
      case "hmac":
        return hmacSettings(value, place, secrets);
      case "standard-webhooks":
        return standardWebhooks(value, place, secrets);
      case "basic":
        return basic(value, place, secrets);
      case "bearer":
      case "api-key":
        return bearer(value, place, secrets, scheme);
      case "jwt":
        return jwtSettings(value, place, plain);
      case "oauth2":
        return oauth2Settings(value, place, plain);
      case "ed25519":
      case "ecdsa":
        return signatureSettings(value, place, scheme);
      case "ip-allow-list":
        return ipAllowListSettings(value, place);
      case "none":
        new Fields(value, place, ["scheme"]);
        return { scheme };
      case "all":
      case "any":
        return combined(value, place, verifyCheck(secrets, plain, depth + 1), scheme, depth);
    }
  };
}

export interface Verification {
  readonly verify: VerifySettings | null;
  readonly whenUnavailable: "hold" | "reject";
}

/**
 * The whole of a source's `verify`: a scheme, what to do when its keys cannot be asked for, or both.
 * `schemed`: the preset has no scheme of its own, so that one must be here. `unsaid`: what is done
 * where nothing is said of it.
 */
export function verificationCheck(
  secrets: SourceSecrets,
  plain: boolean,
  schemed: boolean,
  unsaid: Verification["whenUnavailable"],
): Check<Verification> {
  const scheme = verifyCheck(secrets, plain);
  return (value, place) => {
    if (!isObject(value) || value["whenUnavailable"] === undefined) {
      const verify = scheme(value, place);
      return verify && { verify, whenUnavailable: unsaid };
    }
    const { whenUnavailable: given, ...rest } = value;
    const choice = oneOf(["hold", "reject"])(given, place.at("whenUnavailable"));
    const only = Object.keys(rest).length === 0 && !schemed;
    const verify = only ? null : scheme(rest, place);
    if (choice === undefined || verify === undefined) return undefined;
    return { verify, whenUnavailable: choice };
  };
}

function schemeOf(value: unknown, place: Place): (typeof SCHEMES)[number] | undefined {
  const found = SCHEMES.find((scheme) => scheme === value);
  if (found !== undefined) return found;
  const allowed = SCHEMES.join(", ");
  if (value === undefined) return place.absent("is missing", allowed);
  // Verifying nothing is never proposed: it has to be meant.
  const proposed = SCHEMES.filter((scheme) => scheme !== "none");
  const near = typeof value === "string" ? nearest(value, proposed) : undefined;
  return place.fault(value, {
    message: "is not a scheme",
    allowed,
    nearest: near && JSON.stringify(near),
  });
}

function standardWebhooks(value: unknown, place: Place, secrets: SourceSecrets): VerifySettings {
  const fields = new Fields(value, place, ["scheme", "secrets", "toleranceS"]);
  return {
    scheme: "standard-webhooks",
    secrets: secretsOf(fields, "secrets", secrets, standardSecret),
    toleranceS: fields.read("toleranceS", number(1, 86_400), 300),
  };
}

function basic(value: unknown, place: Place, secrets: SourceSecrets): VerifySettings {
  const fields = new Fields(value, place, ["scheme", "username", "passwords", "password"]);
  const key = fields.has("password") ? "password" : "passwords";
  return {
    scheme: "basic",
    username: fields.need("username", text, "", "is missing", "the user's name"),
    passwords: secretsOf(fields, key, secrets, text),
  };
}

function bearer(
  value: unknown,
  place: Place,
  secrets: SourceSecrets,
  scheme: "bearer" | "api-key",
): VerifySettings {
  const fields = new Fields(value, place, ["scheme", "header", "prefix", "secrets"]);
  const header = fields.read(
    "header",
    headerName,
    scheme === "bearer" ? "authorization" : "x-api-key",
  );
  const prefix = fields.read("prefix", anyText, header === "authorization" ? "Bearer " : "");
  return { scheme: "bearer", header, prefix, secrets: secretsOf(fields, "secrets", secrets, text) };
}

function combined(
  value: unknown,
  place: Place,
  part: Check<VerifySettings>,
  scheme: "all" | "any",
  depth: number,
): VerifySettings | undefined {
  const fields = new Fields(value, place, ["scheme", "of"]);
  if (depth >= DEPTH_MAX)
    return place.fault(value, { message: "is nested too deep", allowed: `${DEPTH_MAX} levels` });
  const of = fields.need("of", list(part, 1, 8), [], "is missing", "a list of schemes");
  if (scheme === "any" && of.some((one) => one.scheme === "none")) {
    return place.at("of").fault(fields.raw("of"), {
      message: 'has "none" among its choices, which lets everything pass',
      allowed: "schemes that verify",
    });
  }
  return { scheme, of };
}

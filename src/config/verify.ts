import { anyText, type Check, Fields, isObject, list, number, text } from "./check.ts";
import { hmacSettings } from "./hmac.ts";
import { nearest } from "./nearest.ts";
import type { Place } from "./place.ts";
import { type SourceSecrets, secretsOf, standardSecret } from "./secrets.ts";
import type { VerifySettings } from "./settings.ts";
import { headerName } from "./values.ts";

const SCHEMES = [
  "hmac",
  "standard-webhooks",
  "basic",
  "bearer",
  "api-key",
  "none",
  "all",
  "any",
] as const;
/** Named so that nobody looks for the slip in their own file. */
const SCHEMES_LATER: readonly string[] = ["jwt", "oauth2", "ed25519", "ecdsa", "ip-allow-list"];
const DEPTH_MAX = 4;

/** How a source's requests prove where they come from. `secrets`: the source's, for schemes that have none of their own. */
export function verifyCheck(secrets: SourceSecrets, depth = 0): Check<VerifySettings> {
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
      case "none":
        new Fields(value, place, ["scheme"]);
        return { scheme };
      case "all":
      case "any":
        return combined(value, place, secrets, scheme, depth);
    }
  };
}

function schemeOf(value: unknown, place: Place): (typeof SCHEMES)[number] | undefined {
  const found = SCHEMES.find((scheme) => scheme === value);
  if (found !== undefined) return found;
  const allowed = SCHEMES.join(", ");
  if (value === undefined) return place.absent("is missing", allowed);
  if (typeof value === "string" && SCHEMES_LATER.includes(value)) {
    return place.fault(value, { message: "is not offered in this version", allowed });
  }
  const near =
    typeof value === "string" ? nearest(value, [...SCHEMES, ...SCHEMES_LATER]) : undefined;
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
  secrets: SourceSecrets,
  scheme: "all" | "any",
  depth: number,
): VerifySettings | undefined {
  const fields = new Fields(value, place, ["scheme", "of"]);
  if (depth >= DEPTH_MAX)
    return place.fault(value, { message: "is nested too deep", allowed: `${DEPTH_MAX} levels` });
  const of = fields.need(
    "of",
    list(verifyCheck(secrets, depth + 1), 1, 8),
    [],
    "is missing",
    "a list of schemes",
  );
  if (scheme === "any" && of.some((one) => one.scheme === "none")) {
    return place.at("of").fault(fields.raw("of"), {
      message: 'has "none" among its choices, which lets everything pass',
      allowed: "schemes that verify",
    });
  }
  return { scheme, of };
}

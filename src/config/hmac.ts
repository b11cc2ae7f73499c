import { anyText, type Check, Fields, number, oneOf, text } from "./check.ts";
import { nearest } from "./nearest.ts";
import type { Place } from "./place.ts";
import { type SourceSecrets, secretIn, secretsOf } from "./secrets.ts";
import type { TimestampSettings, VerifySettings } from "./settings.ts";
import { headerName } from "./values.ts";

type Hmac = Extract<VerifySettings, { scheme: "hmac" }>;

/** Any HMAC over any template, in any header. */
export function hmacSettings(value: unknown, place: Place, secrets: SourceSecrets): Hmac {
  const keys = [
    "scheme",
    "algorithm",
    "encoding",
    "header",
    "prefix",
    "signed",
    "timestamp",
    "secrets",
    "secretEncoding",
  ];
  const fields = new Fields(value, place, keys);
  const encoding = fields.read("secretEncoding", oneOf(["utf8", "hex", "base64"]), "utf8" as const);
  const settings: Hmac = {
    scheme: "hmac",
    algorithm: fields.read(
      "algorithm",
      oneOf(["sha1", "sha256", "sha384", "sha512"]),
      "sha256" as const,
    ),
    encoding: fields.read("encoding", oneOf(["hex", "base64", "base64url"]), "hex" as const),
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
    secrets: secretsOf(fields, "secrets", secrets, secretIn(encoding)),
    secretEncoding: encoding,
  };
  warnOfGaps(settings, place);
  return settings;
}

/** What verifies and yet proves less than its author may think. */
export function warnOfGaps(settings: Pick<Hmac, "signed" | "timestamp">, place: Place): void {
  if (!settings.signed.includes("{body}")) {
    place
      .at("signed")
      .warn("does not cover {body}: whoever sees one request can send another with its signature");
  }
  const time = settings.timestamp?.header;
  if (time !== undefined && !settings.signed.toLowerCase().includes(`{header:${time}}`)) {
    place
      .at("timestamp")
      .warn(
        `{header:${time}} is not in signed: whoever repeats an old request can put a new time on it`,
      );
  }
}

const PLACEHOLDER = /\{([^{}]*)\}/g;
const PLACEHOLDERS = "{body}, {header:<name>}, {url}, {path}, {method} and text";

/** `{header:x-timestamp}.{body}`: braces are placeholders, all else is text. */
export const signedTemplate: Check<string> = (value, place) => {
  const template = text(value, place);
  if (template === undefined) return undefined;
  let whole = true;
  for (const [, inner = ""] of template.matchAll(PLACEHOLDER)) {
    if (/^(?:body|url|path|method|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+)$/.test(inner)) continue;
    const near = inner.startsWith("header")
      ? undefined
      : nearest(inner, ["body", "url", "path", "method", "header:name"]);
    place.fault(template, {
      message: `has an unknown placeholder {${inner}}`,
      allowed: PLACEHOLDERS,
      nearest: near && `{${near}}`,
    });
    whole = false;
  }
  const rest = template.replaceAll(PLACEHOLDER, "");
  if (/[{}]/.test(rest)) {
    return place.fault(template, {
      message: "has a brace without its other half",
      allowed: PLACEHOLDERS,
    });
  }
  return whole ? template : undefined;
};

export const timestamp: Check<TimestampSettings> = (value, place) => {
  const fields = new Fields(value, place, ["header", "unit", "toleranceS"]);
  return {
    header: fields.need(
      "header",
      headerName,
      "",
      "is missing: the header that carries the time",
      "a header's name",
    ),
    unit: fields.read("unit", oneOf(["s", "ms", "iso"]), "s" as const),
    toleranceS: fields.read("toleranceS", number(1, 86_400), 300),
  };
};

import { headerFaults } from "../base/outgoing-headers.ts";
import { compilePayloadFilter } from "../base/payload-filter.ts";
import {
  parseSigningSecret,
  SIGNING_SECRETS_MAX,
  signingSecretTexts,
} from "../base/signing-secret.ts";
import type { EndpointAuth, EndpointSettings } from "../config/settings.ts";
import { invalid } from "./refusals.ts";
import type { SendingRefusal } from "./sending.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const URL_CHARS_MAX = 2_048;
const TYPES_MAX = 100;
const VALUE = /^[\x20-\x7e]{1,4096}$/;

/** Why this cannot be an endpoint's name; `null` when it can. */
export function nameFault(name: string): SendingRefusal | null {
  if (NAME.test(name)) return null;
  return invalid("name", "A name has up to 64 letters, digits, dots, dashes and underscores.");
}

/**
 * The first thing that keeps these settings from working; `null` when they can. Ranges and shapes were checked where
 * they came in; here is what only sending knows. `publicUrl`: where confirmations would come to.
 */
export function settingsFault(
  settings: EndpointSettings,
  publicUrl: string | null,
): SendingRefusal | null {
  return (
    urlFault(settings) ??
    typesFault(settings) ??
    filterFault(settings) ??
    secretFault(settings.secret) ??
    headersFault(settings) ??
    authFault(settings.auth) ??
    confirmFault(settings, publicUrl)
  );
}

function urlFault({ url, strategy }: EndpointSettings): SendingRefusal | null {
  if (strategy === "pull") return null;
  if (url.length > URL_CHARS_MAX)
    return invalid("url", `The URL is longer than ${URL_CHARS_MAX} characters.`);
  if (!URL.canParse(url)) return invalid("url", "This is no URL; write https://host/path.");
  const { protocol, username, password, hash } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:")
    return invalid("url", "Write a URL that begins with https://.");
  if (username !== "" || password !== "")
    return invalid("url", "Credentials do not belong in the URL; use auth.");
  if (hash !== "") return invalid("url", "A fragment (#…) is never sent; leave it out.");
  return null;
}

function typesFault({ types }: EndpointSettings): SendingRefusal | null {
  if (types.length === 0) return invalid("types", 'Name at least one type; ["*"] is all.');
  if (types.length > TYPES_MAX)
    return invalid("types", `There are more than ${TYPES_MAX} types; use *.`);
  return null;
}

function filterFault({ filter }: EndpointSettings): SendingRefusal | null {
  if (filter === null) return null;
  const compiled = compilePayloadFilter(filter);
  if (compiled.ok) return null;
  return invalid(["filter", ...compiled.error.path].join("."), compiled.error.detail);
}

/** A secret's text, or several of them. */
export function secretFault(secret: string | null): SendingRefusal | null {
  if (secret === null) return null;
  const texts = signingSecretTexts(secret);
  if (texts.length === 0) return invalid("secret", "Leave it out, and one is made.");
  if (texts.length > SIGNING_SECRETS_MAX)
    return invalid("secret", `At most ${SIGNING_SECRETS_MAX} secrets sign at a time.`);
  for (const text of texts) {
    const parsed = parseSigningSecret(text);
    if (!parsed.ok) return invalid("secret", parsed.error);
  }
  return null;
}

function headersFault({ headers, auth }: EndpointSettings): SendingRefusal | null {
  const [fault] = headerFaults(headers);
  if (fault !== undefined)
    return invalid(fault.name === "" ? "headers" : `headers.${fault.name}`, fault.detail);
  const own = authHeader(auth);
  const twice = Object.keys(headers).find((name) => name.toLowerCase() === own);
  return twice === undefined
    ? null
    : invalid(`headers.${twice}`, "auth sets this header already; leave one of the two out.");
}

function authHeader(auth: EndpointAuth | null): string | null {
  if (auth === null) return null;
  return auth.kind === "header" ? auth.name.toLowerCase() : "authorization";
}

function authFault(auth: EndpointAuth | null): SendingRefusal | null {
  if (auth === null) return null;
  switch (auth.kind) {
    case "basic":
      return auth.username.includes(":")
        ? invalid("auth.username", "A user name cannot hold a colon.")
        : null;
    case "bearer":
      return VALUE.test(auth.token) ? null : invalid("auth.token", ONE_LINE);
    case "header": {
      const [fault] = headerFaults({ [auth.name]: auth.value });
      return fault === undefined ? null : invalid("auth", fault.detail);
    }
    case "oauth2":
      return URL.canParse(auth.tokenUrl)
        ? null
        : invalid("auth.tokenUrl", "This is no URL; write https://host/path.");
  }
}

const ONE_LINE = "This is not plain text of one line.";

function confirmFault(
  { confirmMs, strategy }: EndpointSettings,
  publicUrl: string | null,
): SendingRefusal | null {
  if (confirmMs === null) return null;
  if (strategy !== "push")
    return invalid("confirm", `Only strategy push has confirmations; ${strategy} has its own.`);
  if (publicUrl === null)
    return invalid("confirm", "Set publicUrl in the configuration: the subscriber confirms there.");
  return null;
}

const TYPE = /^[^\s\p{Cc}]{1,256}$/u;
/** What the process itself sends; nobody else may pretend to. */
const OWN_PREFIX = "longstop.";

/** Why this cannot be the type of a message; `null` when it can. */
export function typeFault(type: string): SendingRefusal | null {
  if (!TYPE.test(type) || type.includes("*"))
    return invalid("type", "A type has up to 256 characters, and neither spaces nor *.");
  if (type.startsWith(OWN_PREFIX))
    return invalid("type", `Types that begin with ${OWN_PREFIX} are sent by Longstop itself.`);
  return null;
}

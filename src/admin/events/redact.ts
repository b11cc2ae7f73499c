import type { SourceSettings, VerifySettings } from "../../config/settings.ts";
import type { RequestFact } from "../../journal/facts.ts";

const HIDDEN = "[hidden]";

/** Headers that hold a credential itself, where a signature holds only what was made with one. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "x-api-key",
  "api-key",
  "apikey",
  "x-auth-token",
  "x-gitlab-token",
]);

const SECRET_PARAMETER = /token|secret|key|password|passwd|auth|credential/i;

/**
 * A request's headers for readers: by lower-case name, repeated ones joined, credentials hidden. A
 * key that may read events must not thereby learn how to send them.
 */
export function shownHeaders(
  request: RequestFact,
  source: SourceSettings | undefined,
): Record<string, string> {
  const secret = new Set([...SECRET_HEADERS, ...bearerHeaders(source?.verify ?? null)]);
  const shown = new Map<string, string>();
  for (const [name, value] of request.headers) {
    const text = secret.has(name.toLowerCase()) ? HIDDEN : value;
    const before = shown.get(name);
    shown.set(name, before === undefined ? text : `${before}, ${text}`);
  }
  return Object.fromEntries(shown);
}

/** Path and query, without the values of parameters that are called like a credential. */
export function shownUrl(url: string): string {
  const start = url.indexOf("?");
  if (start < 0) return url;
  const fields = url.slice(start + 1).split("&");
  const shown = fields.map((field) => {
    const name = field.split("=", 1)[0] ?? "";
    return SECRET_PARAMETER.test(name) ? `${name}=${HIDDEN}` : field;
  });
  return `${url.slice(0, start)}?${shown.join("&")}`;
}

function bearerHeaders(verify: VerifySettings | null): string[] {
  if (verify === null) return [];
  if (verify.scheme === "all" || verify.scheme === "any") return verify.of.flatMap(bearerHeaders);
  const token = verify.scheme === "bearer" || verify.scheme === "jwt";
  return token ? [verify.header.toLowerCase()] : [];
}

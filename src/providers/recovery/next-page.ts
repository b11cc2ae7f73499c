import { err, ok, type Result } from "../../base/result.ts";
import type { ApiAnswer, ApiFault } from "../recovery.ts";

const LINK = /<([^<>]*)>\s*;([^<]*)/g;
const NEXT = /(?:^|;)\s*rel\s*=\s*"?\{?next\}?"?\s*(?:;|,|$)/i;

/** Where the next page is, by the `Link` header (RFC 8288); `null`: this was the last. */
export function nextByLink(answer: ApiAnswer): string | null {
  for (const [, url, parameters] of (answer.header("link") ?? "").matchAll(LINK)) {
    if (url !== undefined && NEXT.test(parameters ?? "")) return url;
  }
  return null;
}

/**
 * A URL that the provider names for its next page. It is asked with the source's key, and therefore only
 * where that key belongs: at the same origin.
 */
export function followed(url: string, base: string): Result<string, ApiFault> {
  const next = URL.canParse(url, base) ? new URL(url, base) : null;
  if (next !== null && next.origin === new URL(base).origin) return ok(next.href);
  const detail = `The next page is said to be at another place than ${new URL(base).origin}, and is not asked for.`;
  return err({ code: "unreadable", detail });
}

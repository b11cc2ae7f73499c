import type { VerifySettings } from "../../src/config/settings.ts";
import type { Inbound } from "../../src/providers/provider.ts";
import { fingerprintOf } from "../../src/providers/schemes/compare.ts";
import { NO_KEYS, openScheme } from "../../src/providers/schemes/open.ts";

/** What a scheme says of a request: `ok <fingerprint>`, or the code of its refusal. */
export function judge(
  settings: VerifySettings,
  request: Inbound,
  fallback: readonly string[] = [],
): string {
  const result = openScheme(settings, { secrets: fallback, keys: NO_KEYS, scope: "test" }).verify(
    request,
  );
  if (result instanceof Promise) throw new Error("the verdict comes later: await it");
  return result.ok ? `ok ${result.value.fingerprint}` : result.error.code;
}
/** What it says when this secret was right. */
export const fine = (secret: string): string => `ok ${fingerprintOf(secret)}`;

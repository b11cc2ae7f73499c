import { ok, unreachable } from "../../base/result.ts";
import type { VerifySettings } from "../../config/settings.ts";
import { openAll, openAny } from "./combined.ts";
import { openHmac } from "./hmac.ts";
import type { LateScheme, Scheme } from "./scheme.ts";
import { openStandardWebhooks } from "./standard-webhooks.ts";
import { openBasic, openBearer } from "./tokens.ts";

/** Prepares a scheme's keys. `fallback`: the source's secrets, for schemes that bring none of their own. */
export function openScheme(settings: VerifySettings, fallback: readonly string[]): LateScheme {
  switch (settings.scheme) {
    case "hmac":
      return openHmac(settings, fallback);
    case "standard-webhooks":
      return openStandardWebhooks(settings, fallback);
    case "basic":
      return openBasic(settings, fallback);
    case "bearer":
      return openBearer(settings, fallback);
    case "none":
      return NONE;
    case "all":
      return openAll(settings.of.map((part) => openScheme(part, fallback)));
    case "any":
      return openAny(settings.of.map((part) => openScheme(part, fallback)));
    default:
      return unreachable(settings);
  }
}

const NONE: Scheme = {
  verify: () => ok({ scheme: "none", fingerprint: null }),
  sign: () => ok({}),
};

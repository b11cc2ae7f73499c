import { err, ok, unreachable } from "../../base/result.ts";
import type { VerifySettings } from "../../config/settings.ts";
import type { KeyService } from "../key-service.ts";
import { openAll, openAny } from "./combined.ts";
import { openHmac } from "./hmac.ts";
import { openIpAllowList } from "./ip-allow-list.ts";
import { openJwt, openOauth2 } from "./jwt.ts";
import type { LateScheme, Scheme } from "./scheme.ts";
import { openSignature } from "./signature.ts";
import { openStandardWebhooks } from "./standard-webhooks.ts";
import { openBasic, openBearer } from "./tokens.ts";

/** What a scheme gets beside its settings. */
export interface SchemeContext {
  /** The source's secrets, for schemes that bring none of their own. */
  readonly secrets: readonly string[];
  readonly keys: Pick<KeyService, "key">;
  /** Look-ups of keys are counted per scope: the source's name. */
  readonly scope: string;
}

/** Prepares a scheme's keys. */
export function openScheme(settings: VerifySettings, context: SchemeContext): LateScheme {
  const fallback = context.secrets;
  switch (settings.scheme) {
    case "hmac":
      return openHmac(settings, fallback);
    case "standard-webhooks":
      return openStandardWebhooks(settings, fallback);
    case "basic":
      return openBasic(settings, fallback);
    case "bearer":
      return openBearer(settings, fallback);
    case "ed25519":
    case "ecdsa":
      return openSignature(settings);
    case "jwt":
      return openJwt(settings, context.keys, context.scope);
    case "oauth2":
      return openOauth2(settings, context.keys, context.scope);
    case "ip-allow-list":
      return openIpAllowList(settings);
    case "none":
      return NONE;
    case "all":
      return openAll(settings.of.map((part) => openScheme(part, context)));
    case "any":
      return openAny(settings.of.map((part) => openScheme(part, context)));
    default:
      return unreachable(settings);
  }
}

const NONE: Scheme = {
  verify: () => ok({ scheme: "none", fingerprint: null }),
  sign: () => ok({}),
};

/** For signing alone, which needs no keys of others. */
export const NO_KEYS: Pick<KeyService, "key"> = { key: () => err("unavailable") };

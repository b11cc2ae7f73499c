import type { SourceSettings, VerifySettings } from "../../config/settings.ts";
import { openHmac } from "./hmac.ts";
import type { Scheme } from "./scheme.ts";

type Hmac = Extract<VerifySettings, { scheme: "hmac" }>;

/** Both ways, for a time in the header `header`: five minutes, as most vendors' libraries have it. */
export const fiveMinutes = (
  header: string,
  unit: "s" | "ms" = "s",
): NonNullable<Hmac["timestamp"]> => ({ header, unit, toleranceS: 300 });

/** A provider's HMAC with the source's secrets: SHA-256 of the body in hex, unless told otherwise. */
export const presetHmac = (
  source: SourceSettings,
  given: Partial<Hmac> & Pick<Hmac, "header">,
): Scheme =>
  openHmac(
    {
      scheme: "hmac",
      algorithm: "sha256",
      encoding: "hex",
      prefix: "",
      signed: "{body}",
      timestamp: null,
      secrets: source.secrets,
      secretEncoding: "utf8",
      ...given,
    },
    source.secrets,
  );

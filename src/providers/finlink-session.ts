import type { SourceSettings } from "../config/settings.ts";
import type { Login } from "./sessions.ts";

const HOUR_MS = 3_600_000;

/** Of Finlink's API, without a trailing slash. */
export const finlinkUrl = ({ baseUrl }: Pick<SourceSettings, "baseUrl">): string =>
  baseUrl ?? "https://api.finlink.vumi.io";

/**
 * Finlink's login: one session per credential pair, for an hour, which cannot be renewed. Its scopes are
 * left to the pair's own: whoever shares the session may need others.
 */
export function finlinkLogin(source: SourceSettings): Login {
  const clientId = source.credentials?.["clientId"] ?? "";
  const clientSecret = source.credentials?.["clientSecret"] ?? "";
  return {
    account: clientId,
    url: `${finlinkUrl(source)}/api/v1/auth/login`,
    credentials: { clientId, clientSecret },
    lifetimeMs: HOUR_MS,
  };
}

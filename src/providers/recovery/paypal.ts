import { ok, type Result } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { ApiAnswer, ApiFault, ListRecovery } from "../recovery.ts";
import type { Login } from "../sessions.ts";
import { getting, isoOf, listed, missedJson } from "./listing.ts";
import { followed } from "./next-page.ts";

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
/** The documents name no most; their own default is 10. */
const PAGE = 50;

const baseOf = (source: SourceSettings): string => source.baseUrl ?? "https://api-m.paypal.com";

/**
 * PayPal: `GET /v1/notifications/webhooks-events` of the app, by time, page after page by the link `next`;
 * its dashboard lists 30 days, which is therefore how far back is asked. In which order is not documented.
 * The sandbox is `baseUrl: "https://api-m.sandbox.paypal.com"`.
 *
 * https://developer.paypal.com/api/webhooks/v1/webhooks-events-list and
 * https://developer.paypal.com/api/rest/webhooks/events-dashboard
 */
export function paypalRecovery(source: SourceSettings): ListRecovery {
  const base = baseOf(source);
  const { clientId, clientSecret } = source.credentials ?? {};
  return {
    kind: "list",
    windowMs: 30 * DAY_MS,
    overlapMs: 600_000,
    perSecond: 5,
    lacks:
      clientId && clientSecret
        ? null
        : "`credentials: { clientId, clientSecret }` of the app are absent (Developer Dashboard, Apps & Credentials).",
    async list({ since, until, page }, api) {
      const query = new URLSearchParams({ page_size: String(PAGE) });
      query.set("start_time", isoOf(since));
      query.set("end_time", isoOf(until));
      const ask = getting(page ?? `${base}/v1/notifications/webhooks-events?${query}`);
      const answer = await listed(ask, ["events"], api);
      if (!answer.ok) return answer;
      const timed = answer.value.items.map((item) => ({
        ...item,
        at: textAt(item.value, "create_time") ?? "",
      }));
      const missed = timed
        .toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
        .map(({ bytes }) => missedJson(bytes));
      const next = timed.length === 0 ? ok(null) : nextOf(answer.value.answer, base);
      return next.ok ? ok({ missed, next: next.value, keep: null }) : next;
    },
  };
}

function nextOf(answer: ApiAnswer, base: string): Result<string | null, ApiFault> {
  const links = fieldOf(answer.json(), "links");
  const next = (Array.isArray(links) ? links : []).find(
    (link: unknown) => textAt(link, "rel") === "next",
  );
  const href = textAt(next, "href");
  return href === null ? ok(null) : followed(href, base);
}

/** https://developer.paypal.com/api/rest/authentication/ */
export function paypalLogin(source: SourceSettings): Login {
  const { clientId = "", clientSecret = "" } = source.credentials ?? {};
  return {
    account: clientId,
    url: `${baseOf(source)}/v1/oauth2/token`,
    as: "form",
    basic: [clientId, clientSecret],
    credentials: { grant_type: "client_credentials" },
    lifetimeMs: 8 * HOUR_MS,
  };
}

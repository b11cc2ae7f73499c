import { ok } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { textAt } from "../payload.ts";
import type { ListRecovery } from "../recovery.ts";
import { bearer, getting, isoOf, listed, missedJson } from "./listing.ts";

const PAGE = 500;
const [BEFORE, AFTER] = [Buffer.from('{"events":['), Buffer.from("]}")];

/**
 * GoCardless: `GET /events` by time, page after page by the cursor `meta.cursors.after`; each event is
 * handed on in the webhook's form, a batch, of one. How long events are kept is not documented. The
 * sandbox is `baseUrl: "https://api-sandbox.gocardless.com"`.
 *
 * https://developer.gocardless.com/api-reference/#events-list-events and
 * https://support.gocardless.com/hc/en-ca/articles/115003823249-Cursor-pagination
 */
export function gocardlessRecovery(source: SourceSettings): ListRecovery {
  const base = source.baseUrl ?? "https://api.gocardless.com";
  const headers = { ...bearer(source.apiKey), "gocardless-version": "2015-07-06" };
  return {
    kind: "list",
    windowMs: null,
    overlapMs: 600_000,
    perSecond: 10,
    lacks:
      source.apiKey === null
        ? "`apiKey` is absent: give an access token with read access (Developers, Create, Access token)."
        : null,
    async list({ since, until, page }, api) {
      const query = new URLSearchParams({ limit: String(PAGE) });
      query.set("created_at[gte]", isoOf(since));
      query.set("created_at[lte]", isoOf(until));
      if (page !== null) query.set("after", page);
      const answer = await listed(getting(`${base}/events?${query}`, headers), ["events"], api);
      if (!answer.ok) return answer;
      const missed = answer.value.items
        .map(({ bytes }) => missedJson(Buffer.concat([BEFORE, bytes, AFTER])))
        .reverse();
      const next = textAt(answer.value.answer.json(), "meta", "cursors", "after");
      return ok({ missed, next, keep: null });
    },
  };
}

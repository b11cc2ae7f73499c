import { ok } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { ApiAnswer, ListRecovery } from "../recovery.ts";
import { answerOf, bearer, getting, isoOf, itemsAt, missedJson, posting } from "./listing.ts";
import { Subscribed } from "./subscribed.ts";

const DAY_MS = 86_400_000;
const PAGE = 100;

/**
 * Square: `POST /v2/events`, back to 28 days, oldest first, of the types that the source's webhook
 * subscription has (`GET /v2/webhooks/subscriptions`). Only what happened while searching was enabled is
 * found: it has to be enabled once with `PUT /v2/events/enable`. The sandbox is
 * `baseUrl: "https://connect.squareupsandbox.com"`.
 *
 * https://developer.squareup.com/reference/square/events-api/SearchEvents and square 46.0.0
 */
export function squareRecovery(source: SourceSettings): ListRecovery {
  const base = source.baseUrl ?? "https://connect.squareup.com";
  const headers = bearer(source.apiKey);
  const subscribed = new Subscribed(source.name, {
    ask: getting(`${base}/v2/webhooks/subscriptions?limit=${PAGE}`, headers),
    list: "subscriptions",
    url: "notification_url",
    types: "event_types",
  });

  return {
    kind: "list",
    windowMs: 28 * DAY_MS,
    overlapMs: 600_000,
    perSecond: 5,
    lacks:
      source.apiKey === null
        ? "`apiKey` is absent: give the application's access token, and enable searching for events once (`PUT /v2/events/enable`)."
        : null,
    oldestFirst: true,
    async list({ since, until, page }, api) {
      if (page === null) {
        const learnt = await subscribed.learn(api);
        if (!learnt.ok) return learnt;
      }
      const query = {
        filter: { created_at: { start_at: isoOf(since), end_at: isoOf(until) } },
        sort: { field: "DEFAULT", order: "ASC" },
      };
      const cursor = page === null ? {} : { cursor: page };
      const ask = posting(`${base}/v2/events`, { limit: PAGE, query, ...cursor }, headers);
      const answer = await answerOf(ask, api);
      if (!answer.ok) return answer;
      const found = fieldOf(answer.value.json(), "events");
      // Nothing found is said by leaving the list out.
      const items =
        found === undefined && isAnswer(answer.value)
          ? ok([])
          : itemsAt(answer.value, ["events"], ask);
      if (!items.ok) return items;
      const missed = items.value
        .filter(({ value }) => subscribed.has(textAt(value, "type")))
        .map(({ bytes }) => missedJson(bytes));
      return ok({ missed, next: textAt(answer.value.json(), "cursor"), keep: null });
    },
  };
}

const isAnswer = (answer: ApiAnswer): boolean => {
  const json = answer.json();
  return typeof json === "object" && json !== null && fieldOf(json, "errors") === undefined;
};

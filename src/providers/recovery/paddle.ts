import { ok } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { ListRecovery } from "../recovery.ts";
import { bearer, getting, isBefore, isWithin, listed, missedJson } from "./listing.ts";
import { Subscribed } from "./subscribed.ts";

const DAY_MS = 86_400_000;
const PAGE = 200;

/**
 * Paddle: `GET /events`, the newest first until where the sweep begins, since events can be listed by id
 * and not by time; of the types that the source's notification destination is subscribed to
 * (`GET /notification-settings`). They are kept for 90 days. A listed event has no `notification_id`,
 * which is its delivery's and not its own. The sandbox is `baseUrl: "https://sandbox-api.paddle.com"`.
 *
 * https://developer.paddle.com/api-reference/events/list-events,
 * https://developer.paddle.com/api-reference/notification-settings/list-notification-settings
 */
export function paddleRecovery(source: SourceSettings): ListRecovery {
  const base = source.baseUrl ?? "https://api.paddle.com";
  const headers = { ...bearer(source.apiKey), "paddle-version": "1" };
  const subscribed = new Subscribed(source.name, {
    ask: getting(`${base}/notification-settings?per_page=${PAGE}`, headers),
    list: "data",
    url: "destination",
    types: "subscribed_events",
  });

  return {
    kind: "list",
    windowMs: 90 * DAY_MS,
    overlapMs: 600_000,
    perSecond: 3,
    lacks:
      source.apiKey === null
        ? "`apiKey` is absent: give one with the permissions notification.read and notification_setting.read."
        : null,
    async list(ask, api) {
      if (ask.page === null) {
        const learnt = await subscribed.learn(api);
        if (!learnt.ok) return learnt;
      }
      const query = new URLSearchParams({ per_page: String(PAGE), order_by: "id[DESC]" });
      if (ask.page !== null) query.set("after", ask.page);
      const answer = await listed(getting(`${base}/events?${query}`, headers), ["data"], api);
      if (!answer.ok) return answer;
      const { items } = answer.value;
      const missed = items
        .filter(({ value }) => subscribed.has(textAt(value, "event_type")))
        .filter(({ value }) => isWithin(fieldOf(value, "occurred_at"), ask))
        .map(({ bytes }) => missedJson(bytes))
        .reverse();
      const last = items.at(-1)?.value;
      const meta = fieldOf(answer.value.answer.json(), "meta");
      const more = fieldOf(fieldOf(meta, "pagination"), "has_more") === true;
      const ended = !more || isBefore(fieldOf(last, "occurred_at"), ask.since);
      return ok({ missed, next: ended ? null : textAt(last, "event_id"), keep: null });
    },
  };
}

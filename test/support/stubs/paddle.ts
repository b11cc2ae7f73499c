import { afterId, failing, found, type Happened, type Stub } from "./stub.ts";

export const PADDLE_KEY = "pdl_live_apikey_1";

/** `GET /events`: by id either way, `after`, at most 200, no filter by time; no `notification_id` in it. */
export const paddleStub =
  (
    events: readonly Happened[],
    settings: readonly {
      destination: string;
      subscribed_events: readonly { name: string }[];
    }[] = [],
  ): Stub =>
  (ask) => {
    if (ask.headers["authorization"] !== `Bearer ${PADDLE_KEY}`) return failing(403);
    const { pathname, searchParams: query } = new URL(ask.url);
    if (pathname === "/notification-settings") return found({ data: settings, meta: {} });
    if (pathname !== "/events") return failing(404);
    const limit = Math.min(Number(query.get("per_page") ?? 50), 200);
    const all = query.get("order_by") === "id[ASC]" ? events : events.toReversed();
    const rest = afterId(all, query.get("after"), ({ id }) => id);
    const data = rest.slice(0, limit).map(({ payload }) => {
      const { notification_id: _, ...listed } = payload;
      return listed;
    });
    return found({
      data,
      meta: { pagination: { per_page: limit, has_more: rest.length > limit, next: "" } },
    });
  };

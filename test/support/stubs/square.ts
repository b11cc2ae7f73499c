import { failing, found, type Happened, type Stub } from "./stub.ts";

export const SQUARE_KEY = "EAAA1";

/** `POST /v2/events`: either way, `cursor` with the same query, at most 100; an empty list is left out. */
export const squareStub =
  (
    events: readonly Happened[],
    subscriptions: readonly { notification_url: string; event_types: readonly string[] }[] = [],
  ): Stub =>
  (ask) => {
    if (ask.headers["authorization"] !== `Bearer ${SQUARE_KEY}`) return failing(401);
    const { pathname } = new URL(ask.url);
    if (pathname === "/v2/webhooks/subscriptions") return found({ subscriptions });
    if (pathname !== "/v2/events" || ask.method !== "POST") return failing(404);
    const { query, cursor, limit } = JSON.parse(ask.body ?? "{}");
    const { start_at, end_at } = query.filter.created_at;
    const all = events.filter(({ at }) => at >= Date.parse(start_at) && at <= Date.parse(end_at));
    const ordered = query.sort.order === "ASC" ? all : all.toReversed();
    const named = Bun.hash(JSON.stringify(query)).toString(36);
    const [of, from] = (cursor ?? `${named}/0`).split("/");
    if (of !== named || limit > 100) return failing(400);
    const page = ordered.slice(Number(from), Number(from) + limit);
    const end = Number(from) + page.length;
    return found({
      ...(page.length > 0 ? { events: page.map(({ payload }) => payload), metadata: [] } : {}),
      ...(end < ordered.length ? { cursor: `${named}/${end}` } : {}),
    });
  };

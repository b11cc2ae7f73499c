import { afterId, failing, found, type Happened, type Stub } from "./stub.ts";

export const GOCARDLESS_KEY = "live_1";

/** `GET /events`: newest first, `after`, at most 500 (here 100, so that few events make pages). */
export const gocardlessStub =
  (events: readonly Happened[]): Stub =>
  (ask) => {
    if (ask.headers["authorization"] !== `Bearer ${GOCARDLESS_KEY}`) return failing(401);
    if (ask.headers["gocardless-version"] !== "2015-07-06") return failing(400);
    const { pathname, searchParams: query } = new URL(ask.url);
    if (pathname !== "/events") return failing(404);
    const limit = Math.min(Number(query.get("limit") ?? 50), 100);
    const [from, to] = ["created_at[gte]", "created_at[lte]"].map((name) =>
      Date.parse(query.get(name) ?? ""),
    );
    const all = events.filter(({ at }) => at >= (from ?? 0) && at <= (to ?? 0)).toReversed();
    const rest = afterId(all, query.get("after"), ({ id }) => id);
    const listed = rest.slice(0, limit);
    return found({
      events: listed.map(({ payload }) => payload),
      meta: {
        cursors: { before: null, after: rest.length > limit ? listed.at(-1)?.id : null },
        limit,
      },
    });
  };

import { failing, found, type Happened, type Stub } from "./stub.ts";

/** `GET /v1/notifications/webhooks-events`: by time, `page_size`, links to the next page. The session is the caller's care. */
export const paypalStub =
  (events: readonly Happened[], host = "https://api-m.paypal.com"): Stub =>
  (ask) => {
    const { pathname, searchParams: query } = new URL(ask.url);
    if (pathname !== "/v1/notifications/webhooks-events") return failing(404);
    const [from, to] = ["start_time", "end_time"].map((name) => Date.parse(query.get(name) ?? ""));
    const all = events.filter(({ at }) => at >= (from ?? 0) && at <= (to ?? 0)).toReversed();
    const [start, size] = [Number(query.get("offset") ?? 0), Number(query.get("page_size") ?? 10)];
    const page = all.slice(start, start + size);
    const links = [{ href: ask.url, rel: "self", method: "GET" }];
    if (start + size < all.length) {
      query.set("offset", String(start + size));
      links.push({ href: `${host}${pathname}?${query}`, rel: "next", method: "GET" });
    }
    return found({ events: page.map(({ payload }) => payload), count: page.length, links });
  };

import { failing, found, type Happened, type Stub } from "./stub.ts";

export const SVIX_KEY = "sk_poll_1";
export const SVIX_URL = "https://api.us.svix.com/api/v1/app/app_1/poller/poll_1";

/** A polling endpoint: in the order of sending; iterators are places, those before `oldest` are not taken any more. */
export const svixStub =
  (events: readonly Happened[], oldest = 0): Stub =>
  (ask) => {
    if (ask.headers["authorization"] !== `Bearer ${SVIX_KEY}`) return failing(401);
    const url = new URL(ask.url);
    if (`${url.origin}${url.pathname}` !== SVIX_URL) return failing(404);
    const iterator = url.searchParams.get("iterator");
    if (iterator !== null && Number(iterator.slice(3)) < oldest) return failing(422);
    const after = Date.parse(url.searchParams.get("after") ?? "");
    const first = events.findIndex(({ at }) => at >= after);
    const begin = first === -1 ? events.length : first;
    const from = iterator === null ? begin : Number(iterator.slice(3));
    const limit = Number(url.searchParams.get("limit") ?? 50);
    const data = events.slice(from, from + limit).map(({ id, type, at, payload }) => ({
      id,
      eventType: type,
      payload,
      timestamp: new Date(at).toISOString(),
      tags: [],
    }));
    const end = from + data.length;
    return found({ data, iterator: `at-${end}`, done: end >= events.length });
  };

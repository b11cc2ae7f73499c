import { failing, found, type Happened, type Stub } from "./stub.ts";

export const GITHUB_TOKEN = "github_pat_1";
export const GITHUB_HOOK = "https://api.github.com/repos/ada/engine/hooks/7";

export interface Delivery extends Happened {
  /** Shared by all attempts. */
  readonly guid: string;
  readonly status: string;
  readonly code: number;
}

/** Deliveries of a hook: newest first, without payloads; `Link` to the next page; one delivery with its request. */
export const githubStub =
  (deliveries: readonly Delivery[]): Stub =>
  (ask) => {
    if (ask.headers["authorization"] !== `Bearer ${GITHUB_TOKEN}`) return failing(401);
    const hook = new URL(GITHUB_HOOK).pathname;
    const { pathname, searchParams: query } = new URL(ask.url);
    if (pathname === `${hook}/deliveries`) {
      const [size, from] = [Number(query.get("per_page") ?? 30), Number(query.get("cursor") ?? 0)];
      const all = deliveries.toReversed();
      const next = `<${GITHUB_HOOK}/deliveries?per_page=${size}&cursor=${from + size}>; rel="next"`;
      const more = from + size < all.length;
      return found(all.slice(from, from + size).map(listed), more ? { link: next } : {});
    }
    const id = pathname.startsWith(`${hook}/deliveries/`) ? pathname.split("/").at(-1) : undefined;
    const delivery = deliveries.find((each) => each.id === id);
    return delivery === undefined ? failing(404) : found(whole(delivery));
  };

const listed = ({ id, guid, at, status, code, type, payload }: Delivery) => ({
  id: Number(id),
  guid,
  delivered_at: new Date(at).toISOString(),
  redelivery: false,
  duration: 0.3,
  status,
  status_code: code,
  event: type,
  action: payload["action"] ?? null,
});

const whole = (delivery: Delivery) => ({
  ...listed(delivery),
  request: {
    headers: {
      "X-GitHub-Delivery": delivery.guid,
      "X-GitHub-Event": delivery.type,
      "X-GitHub-Hook-ID": "7",
      "content-type": "application/json",
      Accept: "*/*",
    },
    payload: delivery.payload,
  },
  response: { headers: {}, payload: "" },
});

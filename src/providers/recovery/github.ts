import { locateValue } from "../../base/json-ranges.ts";
import { ok, type Result } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { ApiFault, ListRecovery, Missed, ProviderApi } from "../recovery.ts";
import { bearer, getting, isBefore, isWithin, listed, missedJson, unreadable } from "./listing.ts";
import { followed, nextByLink } from "./next-page.ts";

const DAY_MS = 86_400_000;
/** Each may have to be looked at by a call of its own, so that a page is no more than that. */
const PAGE = 50;
const HEADERS = {
  accept: "application/vnd.github+json",
  "x-github-api-version": "2022-11-28",
  "user-agent": "longstop",
};

/**
 * GitHub: the deliveries of one hook, newest first, back to three days (on one's own server seven). What
 * GitHub has as delivered was acknowledged here, and so it is journaled; of the others the payload is asked
 * for, once per GUID. Nothing is asked to be sent again.
 *
 * `baseUrl` is the hook: `https://api.github.com/repos/<owner>/<repository>/hooks/<id>` or
 * `…/orgs/<organisation>/hooks/<id>`. `apiKey`: a token that reads the repository's (organisation's) webhooks.
 * The hook of an app would need a new token every ten minutes: it is not supported.
 *
 * https://docs.github.com/en/rest/repos/webhooks (deliveries), and of failed ones
 * https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
 */
export function githubRecovery(source: SourceSettings): ListRecovery {
  const hook = source.baseUrl;
  const headers = { ...HEADERS, ...bearer(source.apiKey) };
  return {
    kind: "list",
    windowMs: (hook?.startsWith("https://api.github.com/") === false ? 7 : 3) * DAY_MS,
    overlapMs: 600_000,
    perSecond: 1,
    lacks: lacking(source),
    async list(ask, api) {
      const list = getting(ask.page ?? `${hook}/deliveries?per_page=${PAGE}`, headers);
      const answer = await listed(list, [], api);
      if (!answer.ok) return answer;
      const deliveries = answer.value.items.map(({ value }) => value);
      const missed: Missed[] = [];
      for (const delivery of failedOf(deliveries).toReversed()) {
        if (!isWithin(fieldOf(delivery, "delivered_at"), ask)) continue;
        const one = await missedOf(delivery, `${hook}/deliveries`, headers, api);
        if (!one.ok) return one;
        if (one.value !== null) missed.push(one.value);
      }
      const link = nextByLink(answer.value.answer);
      const ended =
        link === null || isBefore(fieldOf(deliveries.at(-1), "delivered_at"), ask.since);
      if (ended) return ok({ missed, next: null, keep: null });
      const next = followed(link, list.url);
      return next.ok ? ok({ missed, next: next.value, keep: null }) : next;
    },
  };
}

const HOOK = /\/(?:repos\/[^/]+\/[^/]+|orgs\/[^/]+)\/hooks\/\d+$/;

function lacking({ apiKey, baseUrl }: SourceSettings): string | null {
  if (apiKey === null)
    return "`apiKey` is absent: give a token that may read the hook's deliveries.";
  if (baseUrl !== null && HOOK.test(baseUrl)) return null;
  return "`baseUrl` is not the hook's: give https://api.github.com/repos/<owner>/<repository>/hooks/<id>, or that of an organisation's hook.";
}

/** Of each GUID that has no good attempt, one that failed. */
function failedOf(deliveries: readonly unknown[]): readonly unknown[] {
  const good = new Set(deliveries.filter(isDelivered).map((each) => fieldOf(each, "guid")));
  const failed = new Map<unknown, unknown>();
  for (const delivery of deliveries) {
    const guid = fieldOf(delivery, "guid");
    if (!good.has(guid)) failed.set(guid, delivery);
  }
  return [...failed.values()];
}

function isDelivered(delivery: unknown): boolean {
  const code = fieldOf(delivery, "status_code");
  return (
    fieldOf(delivery, "status") === "OK" || (typeof code === "number" && code >= 200 && code < 300)
  );
}

/** The request as it was sent. `null`: it is not kept any more. */
async function missedOf(
  delivery: unknown,
  deliveries: string,
  headers: Readonly<Record<string, string>>,
  api: ProviderApi,
): Promise<Result<Missed | null, ApiFault>> {
  const ask = getting(`${deliveries}/${encodeURIComponent(textAt(delivery, "id") ?? "")}`, headers);
  const answer = await api.call(ask);
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(null);
  const request = fieldOf(answer.value.json(), "request");
  const payload = fieldOf(request, "payload");
  const place = payload ? locateValue(answer.value.bytes, ["request", "payload"]) : null;
  const [guid, event] = [textAt(delivery, "guid"), textAt(delivery, "event")];
  if (place === null || guid === null || event === null) return unreadable(ask, "its request");
  const body = answer.value.bytes.subarray(place[0], place[0] + place[1]);
  const sent = { ...sentHeaders(fieldOf(request, "headers")), "x-github-delivery": guid };
  return ok(missedJson(body, { ...sent, "x-github-event": event }));
}

/** GitHub's own; the payload is JSON here even where the hook sends a form. */
function sentHeaders(headers: unknown): Record<string, string> {
  if (typeof headers !== "object" || headers === null) return {};
  const own = Object.entries(headers as Record<string, unknown>).flatMap(([name, value]) =>
    /^x-(?:github|hub)-/i.test(name) && typeof value === "string"
      ? [[name.toLowerCase(), value] as const]
      : [],
  );
  return Object.fromEntries(own);
}

import { locateItems, locateValue } from "../../base/json-ranges.ts";
import { ok } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { ApiAnswer, ApiAsk, ListAsk, ListRecovery, Missed, ProviderApi } from "../recovery.ts";
import { answerOf, bearer, getting, isoOf, missedJson, unreadable } from "./listing.ts";

const PAGE = 100;

/**
 * Svix: a polling endpoint of the same application, made beside the webhook's with the same types, gives
 * everything in the order of sending. Its iterator is kept between sweeps; one that is not taken any more
 * is replaced by the time. What a FIFO endpoint delivers in batches is known otherwise there than here,
 * and would count twice: with such an endpoint leave this off.
 *
 * `baseUrl`: the polling endpoint's URL, e.g. `https://api.us.svix.com/api/v1/app/app_…/poller/poll_…`;
 * `apiKey`: its key (`sk_poll_…`).
 *
 * https://docs.svix.com/receiving/using-app-portal/polling-endpoints and svix-webhooks,
 * PollingEndpointMessageOut
 */
export function svixRecovery(source: SourceSettings): ListRecovery {
  const headers = bearer(source.apiKey);
  return {
    kind: "list",
    windowMs: null,
    overlapMs: 600_000,
    perSecond: 5,
    lacks: lacking(source),
    oldestFirst: true,
    async list(ask, api) {
      const iterator = ask.page ?? ask.kept;
      const asked = getting(urlOf(source, iterator, ask), headers);
      const answer = await answerOf(asked, api);
      const outdated = !answer.ok && answer.error.code === "refused" && ask.page === null;
      if (outdated && ask.kept !== null)
        return pageOf(getting(urlOf(source, null, ask), headers), null, api);
      return answer.ok ? read(answer.value, asked, iterator) : answer;
    },
  };
}

async function pageOf(asked: ApiAsk, iterator: string | null, api: ProviderApi) {
  const answer = await answerOf(asked, api);
  return answer.ok ? read(answer.value, asked, iterator) : answer;
}

function read(answer: ApiAnswer, asked: ApiAsk, before: string | null) {
  const json = answer.json();
  const [iterator, done] = [textAt(json, "iterator"), fieldOf(json, "done")];
  const missed = messagesIn(answer);
  if (missed === null || iterator === null || typeof done !== "boolean") {
    return unreadable(asked, "messages, an iterator and whether it is done");
  }
  // An iterator that does not move would be asked for ever.
  const ended = done || (missed.length === 0 && iterator === before);
  return ok({ missed, next: ended ? null : iterator, keep: iterator });
}

/** Each message's payload as it was sent; `null`: the answer is not of that form. */
function messagesIn(answer: ApiAnswer): readonly Missed[] | null {
  const data = fieldOf(answer.json(), "data");
  const places = Array.isArray(data) ? locateItems(answer.bytes, ["data"]) : null;
  if (!Array.isArray(data) || places?.length !== data.length) return null;
  const missed: Missed[] = [];
  for (const [index, [offset]] of places.entries()) {
    const id = textAt(data[index], "id");
    const payload = fieldOf(data[index], "payload");
    const place = payload === undefined ? null : locateValue(answer.bytes, ["payload"], offset);
    if (id === null || place === null) return null;
    const body = answer.bytes.subarray(place[0], place[0] + place[1]);
    missed.push(missedJson(body, { "svix-id": id }));
  }
  return missed;
}

function urlOf({ baseUrl }: SourceSettings, iterator: string | null, { since }: ListAsk): string {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (iterator === null) query.set("after", isoOf(since));
  else query.set("iterator", iterator);
  return `${baseUrl}?${query}`;
}

function lacking({ apiKey, baseUrl }: SourceSettings): string | null {
  if (apiKey !== null && baseUrl !== null) return null;
  return "A polling endpoint is absent: make one in the sender's portal, and give its URL as `baseUrl` and its key as `apiKey`.";
}

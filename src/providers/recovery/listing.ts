import type { Millis } from "../../base/clock.ts";
import { locateItems } from "../../base/json-ranges.ts";
import { followTokens } from "../../base/pointer.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseMoment } from "../date-time.ts";
import type { ApiAnswer, ApiAsk, ApiFault, ListAsk, Missed, ProviderApi } from "../recovery.ts";

/** One item of an answer: what it says, and its bytes exactly as they came. */
export interface Listed {
  readonly value: unknown;
  readonly bytes: Uint8Array;
}

const JSON_TYPE = { "content-type": "application/json" };

export const getting = (url: string, headers: Readonly<Record<string, string>> = {}): ApiAsk => ({
  url,
  method: "GET",
  headers: { accept: "application/json", ...headers },
  body: null,
});

export const posting = (
  url: string,
  payload: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiAsk => ({
  url,
  method: "POST",
  headers: { accept: "application/json", ...JSON_TYPE, ...headers },
  body: JSON.stringify(payload),
});

/** `Authorization` with the source's `apiKey`; nothing without one, and then the recovery says that it lacks. */
export const bearer = (apiKey: string | null): Readonly<Record<string, string>> =>
  apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };

/** The answer to a list. That there is no such list is no answer but a wrong address. */
export async function answerOf(
  ask: ApiAsk,
  api: ProviderApi,
): Promise<Result<ApiAnswer, ApiFault>> {
  const answer = await api.call(ask);
  if (!answer.ok || answer.value.status !== 404) return answer;
  return err({
    code: "refused",
    detail: `${ask.method} ${placeOf(ask.url)} is not there (404): look at \`baseUrl\`.`,
  });
}

/** The items of the array at `tokens` of an answer, in its order; a fault when there is no array. */
export function itemsAt(
  answer: ApiAnswer,
  tokens: readonly string[],
  ask: ApiAsk,
): Result<readonly Listed[], ApiFault> {
  const list = followTokens(answer.json(), tokens);
  const ranges = Array.isArray(list) ? locateItems(answer.bytes, tokens) : null;
  if (!Array.isArray(list) || ranges?.length !== list.length) {
    return unreadable(
      ask,
      `an array at ${tokens.length === 0 ? "the top" : `/${tokens.join("/")}`}`,
    );
  }
  return ok(
    ranges.map(([offset, length], index) => ({
      value: list[index],
      bytes: answer.bytes.subarray(offset, offset + length),
    })),
  );
}

/** The answer's items, asked for and read. */
export async function listed(
  ask: ApiAsk,
  tokens: readonly string[],
  api: ProviderApi,
): Promise<Result<{ readonly answer: ApiAnswer; readonly items: readonly Listed[] }, ApiFault>> {
  const answer = await answerOf(ask, api);
  if (!answer.ok) return answer;
  const items = itemsAt(answer.value, tokens, ask);
  return items.ok ? ok({ answer: answer.value, items: items.value }) : items;
}

export const unreadable = (ask: ApiAsk, expected: string): Result<never, ApiFault> =>
  err({
    code: "unreadable",
    detail: `The answer to ${ask.method} ${placeOf(ask.url)} has not ${expected}, which its documents promise.`,
  });

/** As the webhook would have come: the item's own bytes as JSON. */
export const missedJson = (
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Missed => ({ headers: { ...JSON_TYPE, ...headers }, body: bytes });

/**
 * Whether something of this time belongs to the sweep; of something without a time nobody can say that it
 * does not. Several providers cut times to the second, so that the whole second of the beginning counts.
 */
export function isWithin(
  time: unknown,
  { since, until }: Pick<ListAsk, "since" | "until">,
): boolean {
  const at = parseMoment(time);
  return at === null || (at >= secondOf(since) && at <= until);
}

/** Whether a list that goes back in time has come to where the sweep begins. */
export function isBefore(time: unknown, since: Millis): boolean {
  const at = parseMoment(time);
  return at !== null && at < secondOf(since);
}

const secondOf = (at: Millis): Millis => Math.floor(at / 1000) * 1000;

export const isoOf = (at: Millis): string => new Date(at).toISOString();

/** A URL without its query, which may hold what should not be written down. */
function placeOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

import { createHash } from "node:crypto";
import { err, ok } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { parseMoment } from "../date-time.ts";
import { fieldOf } from "../payload.ts";
import type { ApiAsk, Difference, KnownState, StateRecovery } from "../recovery.ts";
import { posting, unreadable } from "./listing.ts";

const PAGE = 20;
/** What else stands in `credentials`. */
const OWN = new Set(["clientId", "clientSecret", "secret"]);

/**
 * Plaid: the status of items, `POST /item/get`. Plaid neither lists items nor answers by an item's id: it
 * wants the item's access token. Those that are known beforehand stand in `credentials` under the item's
 * id; for items that come while it runs give `reconcile.fetch` of your own. A webhook says more than that
 * something changed, so that it reaches the handler as well.
 *
 * Differences: `item.added`, `item.updated` (a successful update of transactions or investments),
 * `item.update_failed`, `item.errored`, `item.repaired`, `item.changed` (anything else), `item.removed`.
 *
 * https://plaid.com/docs/api/items/#itemget
 */
export function plaidRecovery(source: SourceSettings): StateRecovery {
  const base = source.baseUrl ?? "https://production.plaid.com";
  const given = source.credentials ?? {};
  const items = Object.keys(given).filter((name) => !OWN.has(name));
  const secret = given["clientSecret"] ?? given["secret"] ?? "";
  const asked = (item: string): ApiAsk =>
    posting(`${base}/item/get`, {
      client_id: given["clientId"] ?? "",
      secret,
      access_token: given[item] ?? "",
    });
  const fetch: StateRecovery["fetch"] = async (item, api) => {
    if (!items.includes(item)) {
      const detail = `The access token of ${item} is not known: add it to \`credentials\` under the item's id, or give \`reconcile.fetch\`.`;
      return err({ code: "refused", detail });
    }
    const answer = await api.call(asked(item));
    if (!answer.ok) return answer;
    if (answer.value.status === 404) return ok(null);
    const state = answer.value.json();
    if (fieldOf(fieldOf(state, "item"), "item_id") === item) return ok(state);
    return unreadable(asked(item), "an item with this id");
  };
  return {
    kind: "state",
    webhooksAreEvents: true,
    perSecond: 10,
    lacks:
      items.length > 0
        ? null
        : 'No item is known: give access tokens as `credentials: { …, "<item_id>": "access-…" }`, or `reconcile.list` and `reconcile.fetch` of your own.',
    fetch,
    async list(page, _since, api) {
      const from = page === null ? 0 : Number(page);
      const states: KnownState[] = [];
      for (const item of items.slice(from, from + PAGE)) {
        const state = await fetch(item, api);
        if (!state.ok) return state;
        if (state.value !== null) states.push({ key: item, state: state.value });
      }
      const next = from + PAGE < items.length ? String(from + PAGE) : null;
      return ok({ states, next, complete: false });
    },
    differences: plaidDifferences,
  };
}

/** Pure. Ids are made of what the state is afterwards, so that another way there has the same. */
export function plaidDifferences(before: unknown, after: unknown): readonly Difference[] {
  if (after === null) return before === null ? [] : [difference("removed", before, [], null)];
  if (before === null) return [difference("added", after, [], null)];
  const found: Difference[] = [];
  for (const product of ["transactions", "investments"]) {
    for (const [field, kind] of UPDATES) {
      const time = statusOf(after, product, field);
      if (typeof time === "string" && time !== statusOf(before, product, field)) {
        found.push(difference(kind, after, [product, time], parseMoment(time)));
      }
    }
  }
  const [error, was] = [errorOf(after), errorOf(before)];
  if (error !== was)
    found.push(
      difference(error === "" ? "repaired" : "errored", after, [was, error, marks(after)], null),
    );
  if (found.length > 0 || marks(before) === marks(after)) return found;
  return [difference("changed", after, [marks(after)], null)];
}

const UPDATES = [
  ["last_successful_update", "updated"],
  ["last_failed_update", "update_failed"],
] as const;

const statusOf = (state: unknown, product: string, field: string): unknown =>
  fieldOf(fieldOf(fieldOf(state, "status"), product), field);

function errorOf(state: unknown): string {
  const code = fieldOf(fieldOf(fieldOf(state, "item"), "error"), "error_code");
  return typeof code === "string" ? code : "";
}

/** What of an item counts, without the answer's own `request_id` and the note of the webhook that told of it. */
const marks = (state: unknown): string =>
  JSON.stringify([
    fieldOf(state, "item"),
    statusOf(state, "transactions", "last_successful_update"),
    statusOf(state, "transactions", "last_failed_update"),
    statusOf(state, "investments", "last_successful_update"),
    statusOf(state, "investments", "last_failed_update"),
  ]);

function difference(
  kind: string,
  data: unknown,
  marked: readonly string[],
  occurredAt: number | null,
): Difference {
  const hash = createHash("sha256").update(JSON.stringify(marked)).digest("hex").slice(0, 32);
  return { type: `item.${kind}`, id: `${kind}/${hash}`, occurredAt, sequence: null, data };
}

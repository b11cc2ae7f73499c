import { ok, type Result } from "../../base/result.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { ApiFault, ListAsk, ListPage, ProviderApi } from "../recovery.ts";
import { getting, type Listed, listed } from "./listing.ts";

/** Connected accounts that one question brings. Their ids wait in `next`, which is why there are not more. */
const PAGE = 50;

/** Where a sweep over accounts is. */
interface Place {
  /** The account whose events are being listed, and those that come after it. */
  readonly accounts: readonly string[];
  /** The last account that is known; `null`: there are no more than those. */
  readonly last: string | null;
  /** The last event of the first account's that was listed. */
  readonly after: string | null;
}

/**
 * The events of a platform's connected accounts: account by account, each page after page.
 * https://docs.stripe.com/api/accounts/list
 */
export class ConnectAccounts {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(base: string, headers: Readonly<Record<string, string>>) {
    this.#base = base;
    this.#headers = headers;
  }

  async page(
    ask: ListAsk,
    api: ProviderApi,
    list: (account: string, after: string | null) => Promise<Result<ListPage, ApiFault>>,
  ): Promise<Result<ListPage, ApiFault>> {
    const place = await this.#placeOf(ask.page, api);
    if (!place.ok) return place;
    const { accounts, last, after } = place.value;
    const [account, ...others] = accounts;
    if (account === undefined) return ok({ missed: [], next: null, keep: null });
    const page = await list(account, after);
    if (!page.ok) return page;
    const { missed, next } = page.value;
    const then: Place =
      next === null ? { accounts: others, last, after: null } : { accounts, last, after: next };
    const done = then.accounts.length === 0 && last === null;
    return ok({ missed, next: done ? null : JSON.stringify(then), keep: null });
  }

  /**
   * The event as the webhook names its account: of one account's own list the documents do not say that
   * it is named, and without it the event would belong to another connection.
   */
  named({ value, bytes }: Listed, account: string | null): Uint8Array {
    const whole = account === null || fieldOf(value, "account") !== undefined;
    if (whole || fieldOf(value, "id") === undefined) return bytes;
    const rest = Buffer.from(bytes).toString().trimStart().slice(1);
    return Buffer.from(`{"account":${JSON.stringify(account)},${rest}`);
  }

  async #placeOf(page: string | null, api: ProviderApi): Promise<Result<Place, ApiFault>> {
    const place = page === null ? null : (JSON.parse(page) as Place);
    if (place !== null && place.accounts.length > 0) return ok(place);
    const after = place?.last ? `&starting_after=${encodeURIComponent(place.last)}` : "";
    const ask = getting(`${this.#base}/v1/accounts?limit=${PAGE}${after}`, this.#headers);
    const answer = await listed(ask, ["data"], api);
    if (!answer.ok) return answer;
    const accounts = answer.value.items.flatMap(({ value }) => textAt(value, "id") ?? []);
    const more = fieldOf(answer.value.answer.json(), "has_more") === true;
    return ok({ accounts, last: more ? (accounts.at(-1) ?? null) : null, after: null });
  }
}

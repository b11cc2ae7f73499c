import { err, ok, type Result } from "../../base/result.ts";
import type { SourceSettings } from "../../config/settings.ts";
import { fieldOf, textAt } from "../payload.ts";
import type {
  ApiAnswer,
  ApiFault,
  ListAsk,
  ListPage,
  ListRecovery,
  ProviderApi,
} from "../recovery.ts";
import type { Login } from "../sessions.ts";
import { getting, isBefore, listed, missedJson, unreadable } from "./listing.ts";

const DAY_MS = 86_400_000;
/** Half an hour is what HubSpot gives an access token. */
const TOKEN_MS = 1_800_000;
const JOURNAL = "/webhooks-journal/journal/2026-03";
const SCOPE = "developer.webhooks_journal.read";
const OFFSET = /^[A-Za-z0-9-]{1,128}$/;

const baseOf = (source: SourceSettings): string => source.baseUrl ?? "https://api.hubapi.com";

/**
 * HubSpot: the webhooks journal, entry after entry from the offset that is kept, back to three days. Each
 * entry names a file, which lies elsewhere and is fetched without the token. The journal has subscriptions
 * of its own and events of another form than webhooks, without their ids: what is subscribed to both ways
 * comes twice, under both names. So subscribe an object to the one or the other.
 *
 * `credentials: { clientId, clientSecret }` of the app. The place of the events in a file, `journalEvents`,
 * is from a public client of the journal, not from HubSpot's pages.
 *
 * https://developers.hubspot.com/docs/api-reference/latest/webhooks-journal/journal-entries/guide
 */
export function hubspotRecovery(source: SourceSettings): ListRecovery {
  const journal = `${baseOf(source)}${JOURNAL}`;
  const { clientId, clientSecret } = source.credentials ?? {};
  return {
    kind: "list",
    windowMs: 3 * DAY_MS,
    overlapMs: 0,
    perSecond: 5,
    lacks:
      clientId && clientSecret
        ? null
        : "`credentials: { clientId, clientSecret }` of the app are absent, with which the webhooks journal is read.",
    oldestFirst: true,
    async list(ask, api) {
      const from = ask.page ?? ask.kept;
      const answer = await api.call(getting(entryUrl(journal, from)));
      if (!answer.ok) return answer;
      if (answer.value.status !== 404) return pageOf(answer.value, ask, journal, api);
      // Of an offset that has expired nothing tells it apart from the newest: the journal's own beginning does.
      return from === null ? ok(nothing(null)) : afterGap(from, ask, journal, api);
    },
  };
}

const entryUrl = (journal: string, after: string | null): string =>
  after === null ? `${journal}/earliest` : `${journal}/offset/${encodeURIComponent(after)}/next`;

const nothing = (keep: string | null): ListPage => ({ missed: [], next: null, keep });

/**
 * There is nothing after this offset: it is the newest, or it has expired. Within a sweep it is the newest,
 * since it was given a moment ago; of one that was kept the journal's newest entry decides.
 */
async function afterGap(
  from: string,
  ask: ListAsk,
  journal: string,
  api: ProviderApi,
): Promise<Result<ListPage, ApiFault>> {
  if (ask.page !== null) return ok(nothing(from));
  const latest = await api.call(getting(`${journal}/latest`));
  if (!latest.ok) return latest;
  const same = textAt(latest.value.json(), "currentOffset") === from;
  if (same || latest.value.status === 404) return ok(nothing(from));
  const earliest = await api.call(getting(entryUrl(journal, null)));
  if (!earliest.ok) return earliest;
  return earliest.value.status === 404
    ? ok(nothing(from))
    : pageOf(earliest.value, ask, journal, api);
}

/**
 * One entry of the journal, and the file that it names. Who comes without an offset comes from the journal's
 * beginning, up to three days ago: of what is there only the time since which is asked counts.
 */
async function pageOf(
  entry: ApiAnswer,
  { kept, since }: ListAsk,
  journal: string,
  api: ProviderApi,
): Promise<Result<ListPage, ApiFault>> {
  const json = entry.json();
  const [url, offset] = [textAt(json, "url"), textAt(json, "currentOffset")];
  if (url === null || offset === null || !OFFSET.test(offset) || !isFile(url, journal)) {
    return unreadable(getting(journal), "the file's `url` and a `currentOffset`");
  }
  const file = getting(url);
  const events = await listed(file, ["journalEvents"], api);
  if (!events.ok) {
    return err({
      ...events.error,
      detail: `Of the journal's entry ${offset}: ${events.error.detail}`,
    });
  }
  const missed = events.value.items
    .filter(({ value }) => kept !== null || !isBefore(fieldOf(value, "occurredAt"), since))
    .map(({ bytes }) => missedJson(bytes));
  return ok({ missed, next: offset, keep: offset });
}

/** Anywhere by https; in plain only where the journal itself is asked in plain. */
function isFile(url: string, journal: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === "https:" || protocol === new URL(journal).protocol;
}

/** https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/overview#client-credentials */
export function hubspotLogin(source: SourceSettings): Login {
  const { clientId = "", clientSecret = "" } = source.credentials ?? {};
  return {
    account: clientId,
    url: `${baseOf(source)}/oauth/v1/token`,
    as: "form",
    credentials: {
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: SCOPE,
    },
    lifetimeMs: TOKEN_MS,
  };
}

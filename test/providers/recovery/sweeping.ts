import type { SourceSettings } from "../../../src/config/settings.ts";
import { presetByName } from "../../../src/providers/index.ts";
import type {
  ListAsk,
  ListPage,
  ListRecovery,
  Missed,
  ProviderApi,
} from "../../../src/providers/recovery.ts";
import { sourceSettings } from "../../support/settings.ts";
import { AT } from "../requests.ts";

/** How a provider of this name and configuration is asked. */
export function listRecovery(provider: string, given: Partial<SourceSettings>): ListRecovery {
  const source = sourceSettings({ provider, verify: null, ...given });
  const recovery = presetByName(provider)?.recovery?.(source);
  if (recovery?.kind !== "list") throw new Error(`${provider} does not list`);
  return recovery;
}

export const HOUR_MS = 3_600_000;

/** A sweep's pages, one after the other, as reconciliation asks for them. The first fault's code otherwise. */
export async function pagesOf(
  recovery: ListRecovery,
  api: ProviderApi,
  given: Partial<ListAsk> = {},
): Promise<readonly ListPage[] | string> {
  const ask = {
    since: AT - HOUR_MS,
    until: AT,
    kept: null,
    page: null,
    connection: null,
    ...given,
  };
  const pages: ListPage[] = [];
  let page: string | null = null;
  do {
    const answer = await recovery.list({ ...ask, page }, api);
    if (!answer.ok) return answer.error.code;
    pages.push(answer.value);
    page = answer.value.next;
    if (pages.length > 500) throw new Error("the pages have no end");
  } while (page !== null);
  return pages;
}

/** All that a sweep brings, page after page. */
export async function sweptBy(
  recovery: ListRecovery,
  api: ProviderApi,
  given: Partial<ListAsk> = {},
): Promise<readonly Missed[]> {
  const pages = await pagesOf(recovery, api, given);
  if (typeof pages === "string") throw new Error(pages);
  return pages.flatMap(({ missed }) => missed);
}

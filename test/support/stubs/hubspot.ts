import { failing, found, type Happened, type Stub } from "./stub.ts";

const JOURNAL = "/webhooks-journal/journal/2026-03";
export const HUBSPOT_FILES = "https://files.example.com/journal";

/** The journal: entries of up to 100 events, each in a file elsewhere; entries before `oldest` have expired. */
export function hubspotStub(events: readonly Happened[], oldest = 0): Stub {
  const entries: (readonly Happened[])[] = [];
  for (let from = 0; from < events.length; from += 100)
    entries.push(events.slice(from, from + 100));
  const entry = (index: number) =>
    index < oldest || index >= entries.length
      ? failing(404)
      : found({
          url: `${HUBSPOT_FILES}/${index}.json?signature=1`,
          expiresAt: "2026-11-22T13:00:00Z",
          currentOffset: `offset-${index}`,
        });
  return (ask) => {
    const { href, pathname } = new URL(ask.url);
    if (href.startsWith(HUBSPOT_FILES)) {
      const index = Number(/(\d+)\.json/.exec(href)?.[1]);
      if (ask.headers["authorization"] !== undefined) return failing(400);
      const journalEvents = entries[index]?.map(({ payload }) => payload) ?? [];
      return found({
        offset: `offset-${index}`,
        journalEvents,
        publishedAt: "2026-11-22T12:00:00Z",
      });
    }
    if (pathname === `${JOURNAL}/earliest`) return entry(oldest);
    if (pathname === `${JOURNAL}/latest`) return entry(entries.length - 1);
    const at = /\/offset\/offset-(\d+)\/next$/.exec(pathname)?.[1];
    if (at === undefined || Number(at) < oldest) return failing(404);
    return entry(Number(at) + 1);
  };
}

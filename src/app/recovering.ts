import type { HttpClient } from "../base/http/client.ts";
import type { Onward } from "../ingress/onward.ts";
import type { SourceTable } from "../ingress/sources.ts";
import { Door } from "../ingress/split.ts";
import type { JournalHandle } from "../journal/client.ts";
import type { Sessions } from "../providers/sessions.ts";
import type { TeamCalls } from "../reconcile/own.ts";
import { Reconciler } from "../reconcile/reconciler.ts";
import type { Common, Now } from "./parts.ts";

/** What asks providers for what never came. What it finds enters by the same door as webhooks. */
export function recovering(
  store: JournalHandle,
  reach: { readonly http: HttpClient; readonly sessions: Sessions; readonly team: TeamCalls },
  sources: SourceTable,
  { post, fanOut }: Pick<Onward, "post" | "fanOut">,
  now: Now,
  common: Common,
): Reconciler {
  const { journal, reconciling: reads, lastAliveAt, clean } = store;
  const door = new Door({ sources, journal, post, fanOut });
  const past = { lastAliveAt, clean };
  return new Reconciler({ ...common, ...reach, journal, door, reads, past }, now.settings);
}

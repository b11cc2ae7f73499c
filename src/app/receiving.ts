import { Counter } from "../base/metrics.ts";
import { BodyRoom } from "../ingress/body-room.ts";
import type { Onward } from "../ingress/onward.ts";
import { QuarantineDesk } from "../ingress/quarantine-desk.ts";
import { ingressRoutes } from "../ingress/routes.ts";
import { SecretUses } from "../ingress/secret-uses.ts";
import type { SourceTable } from "../ingress/sources.ts";
import type { JournalHandle } from "../journal/client.ts";
import type { Confirmations } from "../outbound/sending.ts";
import type { Common, Now } from "./parts.ts";

/** From the public address to the journal, and on its ways from there. */
export function receiving(
  { journal, reads, quarantine: kept }: JournalHandle,
  sources: SourceTable,
  ways: Onward,
  confirmations: Confirmations,
  now: Now,
  { clock, log }: Common,
) {
  const common = { clock, log, sources, journal };
  const uses = new SecretUses(common);
  const quarantine = new QuarantineDesk({
    ...common,
    ...ways,
    reads,
    store: kept,
    development: () => now.settings.development,
  });
  const requests = new Counter(
    "longstop_requests_total",
    "Requests to the public listener, by source and status of the answer.",
    ["source", "status"],
  );
  const deps = {
    requests,
    ...common,
    ...ways,
    room: new BodyRoom(clock),
    quarantine: quarantine.entrance,
    draining: () => now.draining,
  };
  const routes = ingressRoutes(deps, (token) => confirmations.confirm(token));
  return { uses, quarantine, routes, requests };
}

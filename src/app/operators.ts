import { AuditTrail } from "../admin/audit/trail.ts";
import { KeyRing } from "../admin/auth/key-ring.ts";
import { Sessions } from "../admin/auth/sessions.ts";
import { Slowdown } from "../admin/auth/slowdown.ts";
import type { AdminDeps } from "../admin/deps.ts";
import { readinessOf } from "../admin/readiness.ts";
import { adminRoutes } from "../admin/routes.ts";
import { StatsHistory } from "../admin/stats/history.ts";
import { BUILD } from "../base/build.ts";
import type { Family } from "../base/metrics.ts";
import type { JournalHandle } from "../journal/client.ts";
import type { HandlerPool } from "../mailbox/host/pool.ts";
import type { Roster } from "../mailbox/roster.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { Reconciler } from "../reconcile/reconciler.ts";
import type { Common, Now } from "./parts.ts";

/** `fixedKey`: `LONGSTOP_ADMIN_KEY`. */
export interface Operated extends Pick<AdminDeps, "operations" | "releases"> {
  readonly fixedKey: string | null;
  readonly pool: HandlerPool;
  readonly recognised: NonNullable<AdminDeps["recognised"]>;
  readonly roster: Pick<Roster, "figures">;
  /** What is counted as it happens. */
  readonly counted: readonly Family[];
  readonly outbound: Outbound;
  readonly reconciler: Reconciler;
}

/** The operators' address. */
export function operators(store: JournalHandle, operated: Operated, now: Now, common: Common) {
  const { journal, reads, sending: sendingReads, reconciling: reconcilingReads } = store;
  const { operations, releases, fixedKey, pool, outbound, reconciler, roster } = operated;
  const { clock, random } = common;
  const keys = new KeyRing({ reads, journal, clock, random, fixedKey });
  const history = new StatsHistory({ ...common, reads });
  const trail = new AuditTrail({ ...common, journal });
  const routes = adminRoutes({
    ...common,
    reads,
    operations,
    releases,
    outgoing: { sending: outbound.sending, pulling: outbound.pulling, reads: sendingReads },
    recovering: { reconciling: reconciler, reads: reconcilingReads },
    recognised: operated.recognised,
    measured: {
      counted: operated.counted,
      mailboxes: () => roster.figures,
      hosts: () => pool.health(),
      lag: store.lag,
      memory: () => process.memoryUsage.rss(),
      startedAt: clock.now(),
    },
    keys,
    history,
    slowdown: new Slowdown(clock),
    audit: { trail, reads: store.audit },
    backups: store.backups,
    sessions: new Sessions(clock, random),
    settings: () => now.settings,
    ready: () => readinessOf(now.draining, journal.pressure(), pool.health()),
    version: BUILD.version,
    development: now.settings.development,
  });
  return { keys, history, trail, routes };
}

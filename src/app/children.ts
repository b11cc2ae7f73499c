import type { StatsHistory } from "../admin/stats/history.ts";
import type { GuardedClient } from "../base/http/guarded-client.ts";
import type { Listeners } from "../ingress/listeners.ts";
import type { JournalHandle } from "../journal/client.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { Reconciler } from "../reconcile/reconciler.ts";
import type { Child } from "../supervise/child.ts";
import type { mailboxes } from "./mailboxes.ts";
import { child, nothing, service } from "./parts.ts";
import type { receiving } from "./receiving.ts";

export interface Parts
  extends Pick<ReturnType<typeof mailboxes>, "pool" | "roster" | "replays">,
    Pick<ReturnType<typeof receiving>, "uses" | "quarantine"> {
  readonly store: JournalHandle;
  readonly http: Pick<GuardedClient, "close">;
  readonly outbound: Outbound;
  readonly reconciler: Reconciler;
  readonly history: StatsHistory;
  readonly listeners: Listeners;
  openKeys(): Promise<void>;
}

/** Of the ten seconds between SIGTERM and the exit: what each part may take. */
const MAILBOXES_GRACE_MS = 5_000;
const SENDING_GRACE_MS = 1_000;
const HOSTS_GRACE_MS = 1_500;

/** The order in which parts are started, and stopped in reverse: who comes later needs those before. */
export const children = (parts: Parts): readonly Child[] => [
  child("journal", nothing, () => parts.store.close()),
  child("outgoing connections", nothing, () => parts.http.close()),
  child(
    "handler hosts",
    () => parts.pool.start(),
    () => parts.pool.stop(HOSTS_GRACE_MS),
  ),
  child(
    "sending",
    () => parts.outbound.start(),
    () => parts.outbound.stop(SENDING_GRACE_MS),
  ),
  service("secret uses", parts.uses),
  child(
    "mailboxes",
    () => parts.roster.start(),
    () => parts.roster.stop(MAILBOXES_GRACE_MS),
  ),
  service("replays", parts.replays),
  service("quarantine", parts.quarantine),
  service("reconciliation", parts.reconciler),
  child("keys", () => parts.openKeys(), nothing),
  service("history of counters", parts.history),
  service("listeners", parts.listeners),
];

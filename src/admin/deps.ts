import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Settings } from "../config/settings.ts";
import type { Releases } from "../ingress/releases.ts";
import type { AuditReads } from "../journal/audit.ts";
import type { Backups } from "../journal/backup.ts";
import type { Reads } from "../journal/journal.ts";
import type { ReconcileReads } from "../journal/reconciling.ts";
import type { SendingReads } from "../journal/sending.ts";
import type { Operations } from "../mailbox/operations.ts";
import type { Pulling, Sending } from "../outbound/sending.ts";
import type { Reconciling } from "../reconcile/reconciling.ts";
import type { AuditTrail } from "./audit/trail.ts";
import type { KeyRing } from "./auth/key-ring.ts";
import type { Sessions } from "./auth/sessions.ts";
import type { Slowdown } from "./auth/slowdown.ts";
import type { Measured } from "./metrics/measured.ts";
import type { StatsHistory } from "./stats/history.ts";

/** All that the operators' API stands on. */
export interface AdminDeps {
  readonly reads: Reads;
  readonly operations: Operations;
  /** The way out of the quarantine. */
  readonly releases: Pick<Releases, "release">;
  readonly keys: KeyRing;
  readonly slowdown: Slowdown;
  /** What operators do is written here, and read. */
  readonly audit: { readonly trail: AuditTrail; readonly reads: AuditReads };
  /** The counters over the last hour. */
  readonly history: Pick<StatsHistory, "samples">;
  /** Browsers that are logged in. */
  readonly sessions: Sessions;
  /** Sending; its routes are offered with it. */
  readonly outgoing?: Outgoing;
  /** Asking providers for what was missed; likewise. */
  readonly recovering?: Recovering;
  /** In development: whose requests come to a name that nobody configured. */
  recognised?(source: string): Recognised | null;
  /** What is measured elsewhere; `/metrics` is offered with it. */
  readonly measured?: Measured;
  readonly backups: Backups;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The configuration as it is now: a reload replaces it. */
  settings(): Settings;
  ready(): Readiness;
  readonly version: string;
  /** `dev`: callers from this machine need no login. */
  readonly development: boolean;
}

/** A guess by what the requests look like. */
export interface Recognised {
  readonly provider: string;
  /** As the provider writes itself. */
  readonly title: string;
  /** A configuration of this source, to be copied. */
  readonly config: string;
}

export interface Outgoing {
  readonly sending: Sending;
  readonly pulling: Pulling;
  readonly reads: SendingReads;
}

export interface Recovering {
  readonly reconciling: Reconciling;
  readonly reads: ReconcileReads;
}

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in a sentence for whoever watches; `null` when ready. */
  readonly reason: string | null;
}

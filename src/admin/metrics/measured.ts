import type { Millis } from "../../base/clock.ts";
import type { Family } from "../../base/metrics.ts";
import type { PoolHealth } from "../../mailbox/host/pool.ts";
import type { RosterFigures } from "../../mailbox/roster.ts";

/** What is measured elsewhere in the process, as far as it is in memory. */
export interface Measured {
  /** Counted since the process began. */
  readonly counted: readonly Family[];
  mailboxes(): RosterFigures;
  hosts(): PoolHealth;
  /** Entries that the projection is behind the log. */
  lag(): number;
  /** Resident bytes. */
  memory(): number;
  readonly startedAt: Millis;
}

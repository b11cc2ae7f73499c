import type { ReconcileSettings, SourceSettings } from "../config/settings.ts";
import type { Recovery } from "../providers/recovery.ts";
import type { Login } from "../providers/sessions.ts";
import type { Account } from "./calls/account.ts";
import type { CallCounts } from "./calls/polite-api.ts";

/** A source that can be asked, with all that it takes. */
export interface Subject {
  readonly name: string;
  readonly source: SourceSettings;
  readonly reconcile: ReconcileSettings;
  readonly recovery: Recovery;
  readonly account: Account;
  readonly counts: CallCounts;
  readonly login: Login | null;
  /** Whether one connection can be asked for at the price of one; otherwise it takes a sweep. */
  readonly pollsOne: boolean;
  readonly dedupeMs: number;
}

/** How the process's last life ended. */
export interface Past {
  /** `null`: there was none. */
  readonly lastAliveAt: number | null;
  readonly clean: boolean;
}

import type { Millis } from "../base/clock.ts";
import type { Actor, Page } from "./terms.ts";

/** Actions and refused logins are kept apart in number, so that no stranger can push an action out. */
export const AUDIT_ROWS_MAX = { acted: 100_000, refused: 10_000 } as const;

/**
 * `succeeded`: it was done. `broke`: our own trouble came between, and some of it may be done. `refused`: a
 * login with a key that is not known.
 */
export type AuditOutcome = "succeeded" | "broke" | "refused";

/**
 * How the operator was known: by a key, by a browser's session that a key opened, or (`dev`) by sitting at this
 * machine. `configuration`: whoever wrote the file.
 */
export type AuditVia = "key" | "session" | "local" | "configuration";

/** An operator acted, or somebody tried to log in and was not let in. Bears no secret and no body. */
export interface ActedFact {
  readonly kind: "acted";
  readonly at: Millis;
  readonly by: Actor;
  /** The key's name when it acted: a revoked key is not known any more. `null` where no key of ours is behind it. */
  readonly name: string | null;
  readonly via: AuditVia;
  /** Method and route, not the path: `POST /v1/events/{id}/replay`. */
  readonly action: string;
  /** What it was done to: the route's parameters, and the id of what was made. */
  readonly target: Readonly<Record<string, string>>;
  readonly outcome: AuditOutcome;
  /** As it was answered. */
  readonly status: number;
  /** The caller's address; behind a proxy it is the proxy's. `null`: not known. */
  readonly peer: string | null;
  /** How many refused logins the line stands for: the first, and those before it that got none. Otherwise 1. */
  readonly times: number;
}

/** A line of the audit log as it is read. */
export interface AuditRow extends Omit<ActedFact, "kind"> {
  /** `aud_…` */
  readonly id: string;
}

/** Which lines: every given field must match. */
export interface AuditFilter {
  /** The key's id or its name. */
  readonly by?: string;
  /** Exact, or with `*`: `POST /v1/connections/*`. */
  readonly action?: string;
  readonly outcome?: AuditOutcome;
  /** At or after / before. */
  readonly since?: Millis;
  readonly until?: Millis;
}

export interface AuditReads {
  /** Newest first. Rejects with `ReadRefused`. */
  audit(
    filter: AuditFilter,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<AuditRow>>;
}

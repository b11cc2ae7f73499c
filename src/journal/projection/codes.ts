import type { ConnectionStatus, EventStatus, Origin } from "../facts.ts";

/** Small numbers for closed sets, as the projection's columns hold them. Never renumbered without a new schema. */
const STATUSES: readonly EventStatus[] = ["pending", "completed", "skipped", "failed"];
const ORIGINS: readonly Origin[] = ["webhook", "poll", "emit", "publish"];
const CONNECTION_STATUSES: readonly ConnectionStatus[] = ["active", "paused", "halted"];
const OUTCOMES = ["retry", "completed", "skipped", "failed"] as const;

/**
 * What a column of whole numbers takes of a number that came from outside: a time with a fraction is
 * rounded, and one that no clock shows is unknown. An entry that cannot be applied would stop everything.
 */
export function whole(value: number | null): number | null {
  const rounded = value === null ? Number.NaN : Math.round(value);
  return Number.isSafeInteger(rounded) ? rounded : null;
}

export const STATUS = { pending: 0, completed: 1, skipped: 2, failed: 3 } as const;
export const CONNECTION = { active: 0, paused: 1, halted: 2 } as const;
export const OUTCOME = { retry: 0, completed: 1, skipped: 2, failed: 3 } as const;

export const statusName = (code: number): EventStatus => STATUSES[code] ?? "pending";
export const originName = (code: number): Origin => ORIGINS[code] ?? "webhook";
export const originCode = (origin: Origin): number => ORIGINS.indexOf(origin);
export const connectionStatusName = (code: number): ConnectionStatus =>
  CONNECTION_STATUSES[code] ?? "active";
export const outcomeName = (code: number): (typeof OUTCOMES)[number] => OUTCOMES[code] ?? "retry";

import type { Newest } from "./journal.ts";

/**
 * Whether `candidate` is older than `applied`, by the provider's own order: the sequence where both have
 * one of the same kind, else the time. Unknown is never older: an event without order is not stale.
 */
export function isOlder(candidate: Newest, applied: Newest): boolean {
  const [a, b] = [candidate.sequence, applied.sequence];
  if (typeof a === "number" && typeof b === "number") return a < b;
  if (typeof a === "string" && typeof b === "string") return a < b;
  return (
    candidate.occurredAt !== null &&
    applied.occurredAt !== null &&
    candidate.occurredAt < applied.occurredAt
  );
}

/** What is newest once `applied` was followed by `candidate`. */
export function newerOf(applied: Newest, candidate: Newest): Newest {
  if (isOlder(candidate, applied)) return applied;
  return {
    occurredAt: candidate.occurredAt ?? applied.occurredAt,
    sequence: candidate.sequence ?? applied.sequence,
  };
}

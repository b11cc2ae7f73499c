import type { AuditTrail } from "../admin/audit/trail.ts";

/**
 * The audit log tells which private addresses may be called: at a start that has such exceptions, and whenever
 * a reload changes them. Resolves once the line is journaled, or cannot be.
 */
export async function auditExceptions(
  trail: Pick<AuditTrail, "acted">,
  before: readonly string[],
  now: readonly string[],
): Promise<void> {
  if (Bun.deepEquals(before, now)) return;
  await trail.acted({
    by: "configuration",
    name: null,
    via: "configuration",
    action: "network.allowPrivate",
    target: { before: before.join(", "), now: now.join(", ") },
    outcome: "succeeded",
    status: 200,
    peer: null,
  });
}

import type { JournalRefused } from "../journal/journal.ts";
import type { HandlerPool } from "../mailbox/host/pool.ts";
import type { Readiness } from "./deps.ts";

/** Whether requests are taken and worked off right now, and if not, the first reason. */
export function readinessOf(
  draining: boolean,
  pressure: JournalRefused["code"] | null,
  { fault, ready, wanted }: ReturnType<HandlerPool["health"]>,
): Readiness {
  if (draining) return { ready: false, reason: "It is shutting down." };
  if (pressure === "disk_full") return { ready: false, reason: "The disk has no room." };
  if (pressure !== null)
    return { ready: false, reason: `The journal refuses requests: ${pressure}.` };
  if (wanted > 0 && ready === 0)
    return { ready: false, reason: `No handler host runs${fault === null ? "" : `: ${fault}`}.` };
  return { ready: true, reason: null };
}

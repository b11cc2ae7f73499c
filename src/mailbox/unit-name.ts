import type { Seq } from "../base/ids.ts";
import type { ConnectionRef } from "../journal/facts.ts";

/** What an actor is known by: its connection, or the event that stands alone. No source's name holds a line break. */
export function unitName(ref: ConnectionRef | null, event: Seq): string {
  return ref === null ? `\n${event}` : `${ref.source}\n${ref.key}`;
}

import type { EventId } from "../../src/base/ids.ts";
import type { ConnectionRef } from "../../src/journal/facts.ts";
import type { Desk } from "../../src/mailbox/desk.ts";

/** What an operator may want of this connection, or of this event if there is one. */
export function wishesFor(
  desk: Desk,
  ref: ConnectionRef,
  id: EventId | undefined,
  by: string,
): [string, () => Promise<unknown>][] {
  return [
    ["pause", () => desk.pause(ref, by, null)],
    ["resume", () => desk.resume(ref, by)],
    ["resume", () => desk.resume(ref, by)],
    ["retry", () => desk.retry(ref, by)],
    ["skip-head", () => desk.skipHead(ref, by)],
    ["park-head", () => desk.parkHead(ref, by)],
    ["skip", async () => id && desk.skip(id, by, null)],
    ["replay", async () => id && desk.replay(id, by)],
  ];
}

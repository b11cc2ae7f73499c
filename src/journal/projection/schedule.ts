import { CONNECTION } from "./codes.ts";
import type { ConnectionState } from "./connections.ts";
import type { Tables } from "./tables.ts";

/**
 * Says when a connection can next be worked on, after something changed:
 * - `ready_seq`: it could run now. Moved to the change's place (`bump`) after each settling, so that a scan
 *   in this order meets it again; left alone when events merely join the queue.
 * - `wake_ms`: it sleeps until then. Strict: its head is being retried and holds the rest. Relaxed: some
 *   items wait for times of their own; the others, if any, make it ready besides.
 * - `wake_since_ms`: when the latest of those waits began. A clock that stands before it went back.
 * - neither: nothing waits, or it is paused or halted.
 */
export function schedule(
  connection: ConnectionState,
  at: number,
  bump: boolean,
  tables: Tables,
): void {
  tables.connections.touch(connection);
  if (connection.pending === 0) connection.holding = null;
  if (connection.status !== CONNECTION.active || connection.pending === 0) {
    connection.ready_seq = null;
    connection.wake_ms = null;
    connection.wake_since_ms = null;
    return;
  }
  if (connection.holding !== null) {
    connection.ready_seq = null;
    const held = tables.events.work(connection.holding);
    connection.wake_ms = held?.due_ms ?? null;
    connection.wake_since_ms = held?.since_ms ?? null;
    return;
  }
  const waiting = connection.waiting > 0 ? tables.events.nextDue(connection.id) : null;
  connection.wake_ms = waiting?.due ?? null;
  connection.wake_since_ms = waiting?.since ?? null;
  if (connection.pending <= connection.waiting) connection.ready_seq = null;
  else if (bump || connection.ready_seq === null) connection.ready_seq = at;
}

import type { EventId, Seq } from "../base/ids.ts";
import type { Result } from "../base/result.ts";
import type { ConnectionRef, EventFilter, ReplayJob } from "../journal/facts.ts";
import type { ConnectionRow, EventDetail, EventRow } from "../journal/rows.ts";

export type OperationRefused =
  /** No such event, connection or job. */
  | "not_found"
  /** The event is settled already, or not settled yet, where the operation needs the other. */
  | "wrong_status"
  /** Its handler is running right now. */
  | "busy"
  /** The connection has nothing waiting. */
  | "empty"
  /** Retention has emptied the body. */
  | "body_gone";

/** What an operator can do. Each is journaled before it resolves; `by` is the operator's key id. */
export interface Operations {
  pause(
    ref: ConnectionRef,
    by: string,
    reason: string | null,
  ): Promise<Result<null, OperationRefused>>;
  /** Also ends `halted`, with a fresh restart budget. */
  resume(ref: ConnectionRef, by: string): Promise<Result<null, OperationRefused>>;
  /** Try the head again now instead of at its next time. */
  retry(ref: ConnectionRef, by: string): Promise<Result<null, OperationRefused>>;
  /** Head → `skipped`. */
  skipHead(ref: ConnectionRef, by: string): Promise<Result<Seq, OperationRefused>>;
  /** Head → `failed` (dead letters), so that its followers go on; it can be replayed later. */
  parkHead(ref: ConnectionRef, by: string): Promise<Result<Seq, OperationRefused>>;
  skip(event: EventId, by: string, reason: string | null): Promise<Result<null, OperationRefused>>;
  /** Processes it again, behind what waits in its connection now. */
  replay(event: EventId, by: string): Promise<Result<null, OperationRefused>>;
  /** `dryRun`: counts and samples only, makes no job. */
  createJob(
    filter: EventFilter,
    options: { rate: number | null; by: string },
  ): Promise<{ id: string; job: ReplayJob }>;
  pauseJob(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>>;
  resumeJob(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>>;
  cancelJob(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>>;
  /** One sentence on why a pending event has not been processed yet, with the time of its next try; `null` when settled. */
  whyEventWaits(
    event: EventRow,
    behind: EventDetail["behind"],
    connection: ConnectionRow | null,
  ): string | null;
  /** Likewise of a connection; `null` when nothing waits. */
  whyConnectionWaits(connection: ConnectionRow): string | null;
}

import type { EventFact, Origin } from "./facts.ts";
import type { SweepId } from "./reconciling.ts";
import type { EndpointId } from "./sending.ts";

/** Every kind's number in the log. Numbers are for ever; a new kind takes the next one. */
export const KIND = {
  request: 1,
  duplicate: 2,
  settled: 3,
  attempted: 4,
  stepped: 5,
  replayed: 6,
  paused: 7,
  resumed: 8,
  halted: 9,
  restarted: 10,
  retried: 11,
  job: 12,
  key_created: 13,
  key_revoked: 14,
  secret_used: 15,
  started: 16,
  stopped: 17,
  endpoint_put: 18,
  endpoint_removed: 19,
  endpoint_set: 20,
  tried: 21,
  confirmed: 22,
  resent: 23,
  delivery_cancelled: 24,
  acked: 25,
  sought: 26,
  swept: 27,
  snapshot: 28,
  expected: 29,
  acted: 30,
} as const;

/** A request's entry in the log: its events as they were named, before it was known which are duplicates. */
export interface RequestEntry {
  readonly source: string;
  readonly origin: Origin;
  readonly settled: boolean;
  readonly trace: string | null;
  readonly events: readonly EventFact[];
  /** Of which sweep; absent in requests that came by themselves. */
  readonly sweep?: SweepId;
  /** Which endpoints each event is owed to; absent: none. */
  readonly deliveries?: readonly (readonly EndpointId[])[];
}

/** A request that brought nothing new: the originals' places. Its body is not kept a second time. */
export interface DuplicateEntry {
  readonly source: string;
  readonly of: readonly number[];
}

import { LIMITS } from "../base/limits.ts";
import type { ProblemCode } from "../base/problems.ts";
import type { Intake, RequestFact } from "../journal/facts.ts";
import type { Arrived } from "./inbound.ts";
import type { Source } from "./sources.ts";
import { traceOf } from "./trace.ts";

/** Why a verified request cannot be journaled: the sender's fault. */
export interface Unfit {
  readonly code: Extract<
    ProblemCode,
    "malformed_body" | "unsupported_media_type" | "too_many_events"
  >;
  readonly detail: string | undefined;
}

/** The request as it is stored. */
export const requestOf = (inbound: Arrived, headers: RequestFact["headers"]): RequestFact => ({
  method: inbound.method,
  url: inbound.url,
  peer: inbound.peer,
  headers,
});

/**
 * What a verified request hands to the journal, now or when it is let in later; or why it hands over
 * nothing. Told apart by `code`. It may hold no event at all: then there is nothing to append.
 */
export function intakeOf(
  inbound: Arrived,
  source: Source,
  headers: RequestFact["headers"],
): Intake | Unfit {
  const events = source.provider.split(inbound);
  if (!events.ok) return events.error;
  if (events.value.length > LIMITS.BATCH_EVENTS_MAX)
    return { code: "too_many_events", detail: undefined };
  const trace = traceOf(inbound.header("traceparent"));
  const intake: Intake = {
    source: source.name,
    origin: "webhook",
    at: inbound.receivedAt,
    events: events.value,
    request: requestOf(inbound, headers),
    body: inbound.body,
    settled: source.settled || source.hints === "only",
  };
  return trace === undefined ? intake : { ...intake, trace };
}

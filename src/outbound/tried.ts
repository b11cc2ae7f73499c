import type { Millis } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import type { EndpointId, OwedDelivery } from "../journal/sending.ts";
import type { SendingFact } from "../journal/sending-facts.ts";
import type { Verdict } from "./judge.ts";
import { type Sent, storedReply } from "./sender.ts";

type Tried = Extract<SendingFact, { kind: "tried" }>;

/** Who decides about endpoints by what their answers say. */
export const SENDING = "sending";

/** An endpoint that fails for so long and never succeeds is disabled. Svix and others wait as long. */
export const FAILING_MS_MAX = 5 * 24 * 3_600_000;

/** What the journal is told of one try at one delivery. */
export function triedFact(
  delivery: OwedDelivery,
  endpoint: EndpointId,
  sent: Sent,
  verdict: Verdict,
  at: Millis,
): Tried {
  const { startedAt, durationMs, requestHeaders } = sent;
  return {
    ...untried(delivery, endpoint, verdict, at),
    attempt: delivery.attempts + 1,
    startedAt,
    durationMs,
    requestHeaders,
    reply: storedReply(sent),
  };
}

/** The window of its last try is over, unconfirmed; or there is nothing left that could be sent. */
export function untried(
  delivery: OwedDelivery,
  endpoint: EndpointId,
  verdict: Verdict,
  at: Millis,
): Tried {
  return {
    kind: "tried",
    at,
    delivery: { event: delivery.event, endpoint },
    attempt: delivery.attempts,
    outcome: verdict.kind,
    nextAt: nextAt(verdict),
    startedAt: at,
    durationMs: 0,
    error: "error" in verdict ? verdict.error : null,
    requestHeaders: [],
    reply: null,
  };
}

export function nextAt(verdict: Verdict): Millis | null {
  if (verdict.kind === "retry") return verdict.nextAt;
  return verdict.kind === "confirming" ? verdict.until : null;
}

export const isFailing = ({ kind }: Verdict): boolean => kind === "retry" || kind === "failed";

/** Why the endpoint is to get nothing any more, after this verdict; `null`: it goes on. */
export function disablingReason(
  verdict: Verdict,
  failingSince: Millis | null,
  now: Millis,
): string | null {
  if (verdict.kind === "failed" && verdict.gone)
    return "It answered 410 Gone: it does not want to be sent anything any more.";
  if (!isFailing(verdict) || failingSince === null || now - failingSince < FAILING_MS_MAX)
    return null;
  return `Every try of ${formatDuration(now - failingSince)} failed.`;
}

export const disabledFact = (id: EndpointId, reason: string, at: Millis): SendingFact => ({
  kind: "endpoint_set",
  at,
  id,
  status: "disabled",
  reason,
  by: SENDING,
});

/** Retention has emptied its body: there is nothing left to send. */
export const BODY_GONE: Verdict = {
  kind: "failed",
  health: "well",
  gone: false,
  error: {
    code: "body_gone",
    message: "Retention has emptied the body: there is nothing to send.",
  },
};

/** The event itself is gone. */
export const cancelledFact = (
  delivery: OwedDelivery,
  endpoint: EndpointId,
  at: Millis,
): SendingFact => ({
  kind: "delivery_cancelled",
  at,
  deliveries: [{ event: delivery.event, endpoint }],
  reason: "Retention has dropped the event.",
  by: SENDING,
});

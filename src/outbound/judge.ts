import type { Millis } from "../base/clock.ts";
import type { Answer, AskFaultCode } from "../base/http/client.ts";
import type { Random } from "../base/random.ts";
import type { Result } from "../base/result.ts";
import type { RetrySettings } from "../config/settings.ts";
import type { ErrorFact } from "../journal/facts.ts";
import { retryAfterMs } from "./retry-after.ts";
import { nextDelayMs } from "./schedule.ts";

/** Why there is no answer: of the endpoint, or of the token server that it needs. */
export interface Fault {
  readonly code: AskFaultCode | "token_refused";
  /** A sentence that names the host and the remedy, without secrets. */
  readonly detail: string;
}

/** How the endpoint wants to be tried, as far as a verdict depends on it. */
export interface Policy {
  readonly retry: RetrySettings;
  /** How long the subscriber has to confirm; `null`: a 2xx is enough. */
  readonly confirmMs: number | null;
}

/**
 * What a try says of the endpoint itself: `well` it does its work, `answering` it is there and refuses this one,
 * `ill` it is not there, or says that it cannot.
 */
export type Health = "well" | "answering" | "ill";

export type Verdict = { readonly health: Health } & (
  | { readonly kind: "delivered" }
  /** Accepted; confirmed by then, or it is tried again. */
  | { readonly kind: "confirming"; readonly until: Millis }
  | {
      readonly kind: "retry";
      readonly nextAt: Millis;
      readonly error: ErrorFact;
      /** The subscriber wants to be left alone for so long, whatever is next. */
      readonly restMs: number | null;
    }
  /** `gone`: it says that it does not want anything any more. */
  | { readonly kind: "failed"; readonly error: ErrorFact; readonly gone: boolean }
);

const GONE = 410;
/** Those whose `Retry-After` is obeyed. */
const THROTTLING = new Set([429, 503]);
/** Besides all of 5xx: the server had no time, the caller came too early, or too often. */
const ILL = new Set([408, 425, 429]);

/**
 * What follows from a try. Pure but for the spread drawn from `random`: the courier alone acts on it. Success is 2xx
 * and nothing else; a redirect is a failure like others, since where it leads nobody has allowed.
 */
export function judge(
  reply: Result<Answer, Fault>,
  attempt: number,
  policy: Policy,
  now: Millis,
  random: Random,
): Verdict {
  if (!reply.ok) return again(faultOf(reply.error), null, "ill", attempt, policy, now, random);
  const { status, headers } = reply.value;
  if (status >= 200 && status < 300) {
    if (policy.confirmMs === null) return { kind: "delivered", health: "well" };
    return { kind: "confirming", until: now + policy.confirmMs, health: "well" };
  }
  const error = answered(reply.value);
  if (status === GONE) return { kind: "failed", error, gone: true, health: "answering" };
  const afterMs = THROTTLING.has(status) ? retryAfterMs(headers, now) : null;
  const health = status >= 500 || ILL.has(status) ? "ill" : "answering";
  return again(error, afterMs, health, attempt, policy, now, random);
}

/** The window for the confirmation is over: as if the try had failed just now. */
export function judgeUnconfirmed(
  attempt: number,
  policy: Policy,
  now: Millis,
  random: Random,
): Verdict {
  const message = "Accepted, but not confirmed in time; post to the confirmation URL when done.";
  return again({ code: "unconfirmed", message }, null, "answering", attempt, policy, now, random);
}

function again(
  error: ErrorFact,
  restMs: number | null,
  health: Health,
  attempt: number,
  policy: Policy,
  now: Millis,
  random: Random,
): Verdict {
  const delayMs = nextDelayMs(attempt, policy.retry, random);
  if (delayMs === null) return { kind: "failed", error, gone: false, health };
  return { kind: "retry", nextAt: now + Math.max(delayMs, restMs ?? 0), error, restMs, health };
}

function answered({ status, headers }: Answer): ErrorFact {
  const code = `http_${status}`;
  if (status < 300 || status >= 400) return { code, message: `The endpoint answered ${status}.` };
  const to = headers.find(([name]) => name === "location")?.[1];
  const where = to === undefined ? "" : ` to ${to.slice(0, 256)}`;
  return {
    code,
    message: `The endpoint answered ${status}, a redirect${where}. Redirects are not followed: register the URL it leads to.`,
  };
}

/** As operators see them beside `http_…`; the others say enough by themselves. */
const CODES: { readonly [C in Fault["code"]]?: string } = {
  broken: "connection_broken",
  too_large: "answer_too_large",
};

const faultOf = ({ code, detail }: Fault): ErrorFact => ({
  code: CODES[code] ?? code,
  message: detail,
});

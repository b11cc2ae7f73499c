import type { Millis } from "../../base/clock.ts";
import type { Answer, AskFault } from "../../base/http/client.ts";
import type { Result } from "../../base/result.ts";
import type { ApiFaultCode } from "../../providers/recovery.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What follows from one try of one call. `why` names what came, without the answer's own text. */
export type CallVerdict =
  | { readonly kind: "answer" }
  /** The session is not taken: once with a new one. */
  | { readonly kind: "log_in_again"; readonly why: string }
  /** Later again. `afterMs`: the provider said when; `null`: backoff. `ill`: it counts for the breaker. */
  | {
      readonly kind: "again";
      readonly why: string;
      readonly afterMs: Millis | null;
      readonly ill: boolean;
    }
  /** In vain. */
  | { readonly kind: "fault"; readonly code: ApiFaultCode; readonly why: string };

/**
 * Judges what came: 2xx and 404 are answers; 429, 5xx and a broken network are tried again; any other
 * answer would be the same the next time.
 */
export function judge(came: Result<Answer, AskFault>, now: Millis): CallVerdict {
  if (!came.ok) return judgeFault(came.error);
  const { status } = came.value;
  const why = `the answer is ${status}`;
  if ((status >= 200 && status < 300) || status === 404) return { kind: "answer" };
  if (status === 401) return { kind: "log_in_again", why };
  if (status === 403) return { kind: "fault", code: "unauthorised", why };
  if (status !== 429 && status < 500) return { kind: "fault", code: "refused", why };
  const afterMs = retryAfterMs(headerOf(came.value, "retry-after"), now);
  return { kind: "again", why, afterMs, ill: status !== 429 };
}

function judgeFault({ code, detail }: AskFault): CallVerdict {
  switch (code) {
    case "aborted":
      return { kind: "fault", code: "aborted", why: detail };
    case "url_refused":
    case "address_refused":
      return { kind: "fault", code: "refused", why: detail };
    case "too_large":
      return { kind: "fault", code: "unreadable", why: detail };
    case "name_not_found":
    case "connect_failed":
    case "tls_failed":
    case "timeout":
    case "broken":
      return { kind: "again", why: detail, afterMs: null, ill: true };
  }
}

/** A header's value, repeated ones joined; `null` when absent. */
export function headerOf({ headers }: Pick<Answer, "headers">, name: string): string | null {
  const values = headers.filter(([own]) => own === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
}

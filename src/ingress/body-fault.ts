import { LIMITS } from "../base/limits.ts";
import { err, type Result } from "../base/result.ts";

/** Why a body could not be read; `detail` is for the sender. */
export interface BodyFault {
  readonly code:
    | "body_too_large"
    | "body_timeout"
    | "malformed_body"
    | "unsupported_media_type"
    /** There is no room for it now: our trouble. */
    | "overloaded"
    /** Its headers alone show that it cannot be verified: it is not worth reading. */
    | "signature_missing"
    /** The sender went away: there is nobody to answer. */
    | "aborted";
  readonly detail: string;
}

export type Body = Result<Uint8Array, BodyFault>;

export const tooLarge = (bytesMax: number): Body =>
  err({ code: "body_too_large", detail: `The body is larger than ${bytesMax} bytes.` });

export const TOO_SLOW: BodyFault = {
  code: "body_timeout",
  detail: `The body took longer than ${LIMITS.BODY_MS_MAX / 1000} s.`,
};

export const ABORTED: BodyFault = {
  code: "aborted",
  detail: "The body ended before its time.",
};

export const OVERLOADED: BodyFault = {
  code: "overloaded",
  detail: "More bodies arrive than there is room for; nothing was accepted, send it again.",
};

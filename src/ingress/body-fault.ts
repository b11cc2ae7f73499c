import { err, type Result } from "../base/result.ts";

/** Why a body could not be read; `detail` is for the sender. */
export interface BodyFault {
  readonly code:
    | "body_too_large"
    | "body_timeout"
    | "malformed_body"
    | "unsupported_media_type"
    /** The sender went away: there is nobody to answer. */
    | "aborted";
  readonly detail: string;
}

export type Body = Result<Uint8Array, BodyFault>;

export const tooLarge = (bytesMax: number): Body =>
  err({ code: "body_too_large", detail: `The body is larger than ${bytesMax} bytes.` });

import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { type ProblemCode, problem } from "../base/problems.ts";
import type { Journal, JournalRefused } from "../journal/journal.ts";
import type { Source } from "./sources.ts";

export type HeaderPairs = readonly (readonly [string, string])[];

/** How the journal's refusals are told: always as our trouble, never as the sender's. */
export const REFUSALS = {
  overloaded: "overloaded",
  disk_full: "disk_full",
  failing: "unavailable",
  closed: "draining",
} as const satisfies Readonly<Record<JournalRefused["code"], ProblemCode>>;

export interface Gate {
  readonly journal: Pick<Journal, "pressure">;
  readonly clock: Clock;
  draining(): boolean;
}

/**
 * Whether a request is let in, before a byte of its body is read: `null`, or the answer that refuses
 * it. Cheap checks first; the rate is asked last, so that nothing else spends a source's tokens.
 */
export function admit(
  request: Request,
  headers: HeaderPairs,
  source: Source,
  gate: Gate,
): Response | null {
  if (gate.draining()) return closing("draining");
  if (!source.methods.includes(request.method)) return wrongMethod(source);
  if (request.url.length > LIMITS.URL_BYTES_MAX) return problem("url_too_long");
  if (headersTooLarge(headers)) return problem("headers_too_large");
  const pressure = gate.journal.pressure();
  if (pressure !== null) return problem(REFUSALS[pressure]);
  if (source.bucket === null) return null;
  const waitMs = source.bucket.take(gate.clock.monotonic());
  return waitMs === 0 ? null : tooMany(waitMs);
}

export const wrongMethod = (source: Source): Response =>
  problem("method_not_allowed", undefined, { allow: source.methods.join(", ") });

/** An answer after which the connection is of no more use: what is left of the request is not read. */
export const closing = (code: ProblemCode, detail?: string): Response =>
  problem(code, detail, { connection: "close" });

/** More than this is not worth reading only to keep a connection. */
const UNREAD_BYTES_MAX = 64 * 2 ** 10;

/** The refusal, with the connection closed behind it if much of the request, or an unknown part, is unread. */
export function unread(request: Request, refusal: Response): Response {
  const declared = request.headers.get("content-length");
  const bytes = declared === null ? UNREAD_BYTES_MAX + 1 : Number(declared);
  if (request.body !== null && bytes > UNREAD_BYTES_MAX) refusal.headers.set("connection", "close");
  return refusal;
}

/** A source that may send nothing at all for now is asked again after this long. */
const RETRY_S_MAX = 3_600;

function tooMany(waitMs: number): Response {
  const seconds = Math.min(Math.max(Math.ceil(waitMs / 1000), 1), RETRY_S_MAX);
  return problem("too_many_requests", undefined, { "retry-after": String(seconds) });
}

function headersTooLarge(headers: HeaderPairs): boolean {
  if (headers.length > LIMITS.HEADERS_MAX) return true;
  let bytes = 0;
  for (const [name, value] of headers) bytes += name.length + value.length;
  return bytes > LIMITS.HEADER_BYTES_MAX;
}

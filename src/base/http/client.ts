import type { Result } from "../result.ts";

/** One request to somebody else's server. */
export interface Ask {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | null;
  /** From the call to the last byte of the answer, names and connecting included, ms. */
  readonly timeoutMs: number;
  /** What is kept of the answer's body, bytes. */
  readonly bodyBytesMax: number;
  /** An answer with more: `cut` keeps what fits and ends the connection, `fail` is a fault. */
  readonly whenLonger: "cut" | "fail";
}

export interface Answer {
  readonly status: number;
  /** Names in lower case; bounded in count and bytes. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly truncated: boolean;
}

export type AskFaultCode =
  /** The URL is not one that may be called (scheme, credentials in it, plain http to a public address). */
  | "url_refused"
  /** The name leads to an address that may not be called: private, loopback, link-local, metadata, … */
  | "address_refused"
  | "name_not_found"
  | "connect_failed"
  | "tls_failed"
  | "timeout"
  /** The connection ended, or what came is no HTTP. */
  | "broken"
  | "too_large"
  | "aborted";

export interface AskFault {
  readonly code: AskFaultCode;
  /** A sentence that names the host and the remedy, without secrets. */
  readonly detail: string;
}

/**
 * Asks servers of others. The address is judged when connecting, on the address that the name resolved to,
 * every time; redirects are not followed, they are answers. Never rejects.
 */
export interface HttpClient {
  ask(ask: Ask, signal?: AbortSignal): Promise<Result<Answer, AskFault>>;
}

import type { Clock } from "../base/clock.ts";
import { err, ok, type Result } from "../base/result.ts";

/** `fetch`, injected: the process's own, or one that guards addresses, or a test's. */
export type OutboundFetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Asked {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface FetchLimits {
  readonly bytesMax: number;
  /** From the call to the last byte. */
  readonly msMax: number;
}

export interface FetchDeps {
  readonly fetch: OutboundFetch;
  readonly clock: Clock;
}

/** An answer, whole. */
export interface Fetched {
  readonly status: number;
  readonly bytes: Uint8Array;
  /** The body as JSON; `undefined` when it is none. */
  json(): unknown;
}

export type FetchFailure = "timeout" | "too_large" | "network" | "redirected" | "too_many";

/**
 * Asks once and reads the answer, within a time and a size. A redirect is not followed: where it leads
 * nobody has allowed. Never rejects.
 */
export async function fetchBounded(
  asked: Asked,
  limits: FetchLimits,
  deps: FetchDeps,
): Promise<Result<Fetched, FetchFailure>> {
  const abort = new AbortController();
  let cancel: () => void = () => {};
  // Raced against the clock, too: an injected fetch may not heed its signal.
  const late = new Promise<Result<never, FetchFailure>>((resolve) => {
    cancel = deps.clock.after(limits.msMax, () => {
      resolve(err("timeout"));
      abort.abort();
    });
  });
  const answer = ask(asked, limits.bytesMax, deps.fetch, abort.signal);
  try {
    return await Promise.race([answer, late]);
  } finally {
    cancel();
  }
}

async function ask(
  { url, method, headers, body }: Asked,
  bytesMax: number,
  fetch: OutboundFetch,
  signal: AbortSignal,
): Promise<Result<Fetched, FetchFailure>> {
  try {
    const init = { method, headers: { ...headers }, body, redirect: "manual", signal } as const;
    const response = await fetch(url, init);
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return err("redirected");
    }
    const bytes = await readUpTo(response, bytesMax);
    if (bytes === null) return err("too_large");
    return ok({ status: response.status, bytes, json: () => parsed(bytes) });
  } catch {
    return err("network");
  }
}

async function readUpTo(response: Response, bytesMax: number): Promise<Uint8Array | null> {
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, bytes);
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

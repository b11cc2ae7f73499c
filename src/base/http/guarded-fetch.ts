import type { Ask, HttpClient } from "./client.ts";

/** For a caller without limits of its own; those that have them end the request by its signal. */
const LIMITS = { timeoutMs: 30_000, bodyBytesMax: 4 * 2 ** 20, whenLonger: "fail" } as const;

const METHODS: readonly Ask["method"][] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * A guarded client in the shape of `fetch`, as far as it is needed: text or bytes as the body, an answer of at
 * most 4 MiB within 30 s. Rejects where `fetch` does; its error names the fault's code and the remedy.
 * Redirects are answers, whatever `init.redirect` says.
 */
export function guardedFetch(
  client: HttpClient,
): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const method = METHODS.find((own) => own === (init.method ?? "GET").toUpperCase());
    const body = init.body ?? null;
    if (method === undefined) throw new TypeError(`The method ${init.method} is not sent.`);
    if (body !== null && typeof body !== "string" && !(body instanceof Uint8Array))
      throw new TypeError("Only text and bytes are sent as a body.");
    const headers: Record<string, string> = {};
    new Headers(init.headers).forEach((value, name) => {
      headers[name] = value;
    });
    const result = await client.ask(
      { url, method, headers, body, ...LIMITS },
      init.signal ?? undefined,
    );
    if (!result.ok) throw new FetchFault(result.error.code, result.error.detail);
    const { status, headers: answered, body: bytes } = result.value;
    const bodiless = status === 204 || status === 205 || status === 304;
    return new Response(bodiless ? null : new Uint8Array(bytes), {
      status,
      headers: answered.map(([name, value]) => [name, value] as [string, string]),
    });
  };
}

class FetchFault extends Error {
  override readonly name = "FetchFault";
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

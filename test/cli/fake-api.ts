export interface Seen {
  readonly method: string;
  /** Path and query, exactly as received. */
  readonly path: string;
  readonly key: string | null;
  readonly body: unknown;
}

export interface FakeApi {
  readonly url: string;
  readonly seen: Seen[];
  /** Answers of one path (with method, without query); a function sees each request. */
  on(route: string, answer: unknown | ((seen: Seen) => unknown)): void;
  stop(): void;
}

/** A server on a free loopback port that answers what it is told to, and remembers what it was asked. */
export function fakeApi(): FakeApi {
  const routes = new Map<string, unknown>();
  const seen: Seen[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      const text = await request.text();
      const one: Seen = {
        method: request.method,
        path: url.pathname + url.search,
        key: request.headers.get("authorization"),
        body: text === "" ? null : JSON.parse(text),
      };
      seen.push(one);
      const answer = routes.get(`${request.method} ${url.pathname}`);
      const made = typeof answer === "function" ? answer(one) : answer;
      if (made instanceof Response) return made.clone() as Response;
      if (made === undefined) return problem(404, "not_found", "There is nothing at this address.");
      return Response.json(made);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    seen,
    on: (route, answer) => void routes.set(route, answer),
    stop: () => void server.stop(true),
  };
}

export const problem = (
  status: number,
  code: string,
  detail: string,
  headers: Record<string, string> = {},
): Response =>
  new Response(
    JSON.stringify({ type: `urn:longstop:problem:${code}`, title: code, status, detail, code }),
    {
      status,
      headers: { "content-type": "application/problem+json", ...headers },
    },
  );

export const event = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: "evt_0000000001abcd",
  source: "bank",
  connection: "4711",
  type: "connection.updated",
  status: "completed",
  origin: "webhook",
  dedupeKey: "e-1",
  occurredAt: "2026-03-01T11:56:00.000Z",
  receivedAt: "2026-03-01T11:57:00.000Z",
  settledAt: "2026-03-01T11:57:01.000Z",
  attempts: 1,
  nextAttemptAt: null,
  waitingFor: null,
  stale: false,
  error: null,
  reason: null,
  size: 120,
  requestId: "req_0000000001abcd",
  duplicates: 0,
  replays: 0,
  ...fields,
});

export const page = (data: readonly unknown[], nextCursor: string | null = null): unknown => ({
  data,
  nextCursor,
});

import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { accountsOf } from "./accounts.ts";
import { type Answer, answer, faultAnswer, refusal } from "./answers.ts";
import type { Faults } from "./faults.ts";
import type { FinlinkSessions, Scope } from "./sessions.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { uuid } from "./uuid.ts";
import type { FinlinkWorld } from "./world.ts";

export interface ApiDeps {
  readonly world: FinlinkWorld;
  readonly sessions: FinlinkSessions;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly random: Random;
  /** Brings the world up to now, and says when that is, simulated ms. */
  now(): number;
  readonly faults: Faults;
}

interface Call {
  readonly body: unknown;
  readonly query: URLSearchParams;
  /** What the path's pattern caught. */
  readonly name: string;
  readonly now: number;
}

interface Route {
  readonly method: string;
  /** As documented; also what calls are counted under. */
  readonly path: string;
  readonly pattern: RegExp;
  /** `none`: no session is needed. `null`: a session, but no scope. */
  readonly scope: Scope | "none" | null;
  readonly run: (call: Call, deps: ApiDeps) => Answer;
}

export interface CallCount {
  calls: number;
  /** Of them: with another status than 2xx, and met by a fault. */
  refused: number;
  faulted: number;
}

const API = "/api/v1";
const CONNECTIONS = `${API}/queries/connections`;

/** A path as a pattern: `{…}` stands for one segment. */
const route = (method: string, path: string, scope: Route["scope"], run: Route["run"]): Route => ({
  method,
  path,
  scope,
  run,
  pattern: new RegExp(`^${path.replace(/\{[^}]+\}/, "([^/]+)")}/?$`),
});

const list = (path: string, of: (token: string, deps: ApiDeps) => readonly unknown[]): Route =>
  route("GET", `${CONNECTIONS}/{token}/${path}`, "read", ({ name }, deps) =>
    deps.world.status(name) === null ? refusal(404) : answer(200, of(name, deps)),
  );

/** The endpoints as documented at https://docs.vumi.io (read 2026-11-22); lists are bare arrays, in one piece. */
const ROUTES: readonly Route[] = [
  route("POST", `${API}/auth/login`, "none", login),
  route("GET", CONNECTIONS, "read", ({ query }, { world }) =>
    answer(200, world.statuses(query.get("externalId"))),
  ),
  route("GET", `${CONNECTIONS}/pending`, "read", ({ query }, { world }) =>
    answer(200, world.pending(query.get("externalId"))),
  ),
  route("GET", `${CONNECTIONS}/{token}`, "read", ({ name }, { world }) => {
    const status = world.status(name);
    return status === null ? refusal(404) : answer(200, status);
  }),
  list("accounts", (token, { world }) => accountsOf(token, world.status(token))),
  list("portfolios", () => []),
  list("portfolios/active-positions", () => []),
  list("investments", () => []),
  route("POST", `${API}/commands/connections/exchange/{publicToken}`, "write", (call, deps) => {
    const connectionToken = deps.world.exchange(call.name, call.now);
    return connectionToken === null ? refusal(404) : answer(200, { connectionToken });
  }),
  route("DELETE", `${API}/commands/connections/{token}`, "delete", ({ name, now }, { world }) =>
    world.remove(name, now) ? answer(200, { message: "success" }) : refusal(404),
  ),
  route("GET", `${API}/webhook_verification/{keyId}`, null, ({ name }, { keys }) => {
    const key = keys.find(name);
    return key === null ? refusal(404) : answer(200, key);
  }),
];

function login({ body }: Call, { sessions, clock }: ApiDeps): Answer {
  const { clientId, clientSecret, scopes } = fieldsOf(body);
  const known = scopes === undefined || scopes === null || Array.isArray(scopes);
  if (typeof clientId !== "string" || typeof clientSecret !== "string" || !known) {
    return refusal(400);
  }
  const asked = Array.isArray(scopes) ? scopes.map(String) : [];
  const token = sessions.login(clientId, clientSecret, asked, clock.monotonic());
  return token === null ? refusal(401) : answer(200, { token });
}

/**
 * Finlink's API over a world. Every answer has an `X-Request-ID` of its own, and the caller's
 * `X-Client-Trace-ID`, unchanged (https://docs.vumi.io/developer-resources/tracing-requests).
 */
export class FinlinkApi {
  readonly #deps: ApiDeps;
  readonly calls = new Map<string, CallCount>();

  constructor(deps: ApiDeps) {
    this.#deps = deps;
    for (const { method, path } of ROUTES) {
      this.calls.set(`${method} ${path}`, { calls: 0, refused: 0, faulted: 0 });
    }
  }

  async answer(request: Request): Promise<Response> {
    const now = this.#deps.now();
    const url = new URL(request.url);
    const found = ROUTES.filter(({ pattern }) => pattern.test(url.pathname));
    // `pending` is also a token by its form: the table's order decides.
    const place = found.find(({ method }) => method === request.method);
    const count = this.calls.get(`${place?.method} ${place?.path}`);
    if (count !== undefined) count.calls++;
    const { faults, clock } = this.#deps;
    const fault = faults.next();
    if (fault !== null) {
      if (count !== undefined) count.faulted++;
      const ended = AbortSignal.any([request.signal, faults.over]);
      return this.#traced(request, await faultAnswer(fault, ended, clock));
    }
    const body =
      request.method === "POST" ? await request.json().catch(() => undefined) : undefined;
    const given =
      place === undefined
        ? refusal(404)
        : this.#run(place, request, {
            body,
            query: url.searchParams,
            name: decoded(place.pattern.exec(url.pathname)?.[1] ?? ""),
            now,
          });
    if (count !== undefined && given.status >= 300) count.refused++;
    return this.#traced(request, given);
  }

  #run(place: Route, request: Request, call: Call): Answer {
    const { sessions, clock } = this.#deps;
    if (place.scope !== "none") {
      const token = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
      const entry = sessions.check(token, place.scope, clock.monotonic());
      if (entry !== 200) return refusal(entry);
    }
    return place.run(call, this.#deps);
  }

  #traced(request: Request, { status, headers, body }: Answer): Response {
    const trace = request.headers.get("x-client-trace-id");
    return new Response(body, {
      status,
      headers: {
        "content-type": "application/json; charset=utf-8",
        "x-request-id": uuid(this.#deps.random),
        ...(trace === null ? {} : { "x-client-trace-id": trace }),
        ...headers,
      },
    });
  }
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
}

/** A path may hold anything; what cannot be decoded names nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

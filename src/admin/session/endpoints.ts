import { type Static, Type } from "@sinclair/typebox";
import { json } from "../answers.ts";
import { dropCookie, keepCookie, tokenOf } from "../auth/cookie.ts";
import { DEVELOPER } from "../auth/login.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { Nullable, noQuery } from "../schemas.ts";

const SessionView = Type.Object(
  {
    by: Type.String({ description: "the key's id" }),
    scopes: Type.Array(Type.String()),
    csrf: Nullable(
      Type.String({
        description: "what changing requests repeat as X-CSRF-Token; null with a key",
      }),
    ),
    development: Type.Boolean({ description: "nobody logs in" }),
    version: Type.String(),
    receivesAt: Type.String({ description: "where providers send to, without `/in/<source>`" }),
  },
  { $id: "Session" },
);
export type SessionView = Static<typeof SessionView>;

/** Logging in with a browser: a key is shown once and becomes a cookie. */
export function sessionEndpoints(deps: AdminDeps): readonly Endpoint[] {
  return [show(deps), open(deps), close(deps)];
}

const show = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/session",
    scope: "read",
    summary: "Tell who is logged in, and what they may do",
    query: noQuery,
    body: null,
    answers: { 200: { description: "You", schema: SessionView } },
    problems: [],
    handle: ({ by, request }) => {
      const token = tokenOf(request, deps.settings().listen.admin.port);
      const session = token === null ? null : deps.sessions.find(token);
      return json(view(deps, request, by, session?.by === by ? session.csrf : null));
    },
  });

/** The key comes as every key does, so that failed logins are slowed like all others. */
const open = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/session",
    scope: "read",
    summary: "Log a browser in with the key that the request bears",
    query: noQuery,
    body: null,
    answers: { 200: { description: "You; the session is in a cookie", schema: SessionView } },
    problems: [],
    handle: ({ by, request }) => {
      const { token, session } = deps.sessions.open(by);
      const cookie = keepCookie(request, deps.settings().listen.admin.port, token);
      return json(view(deps, request, by, session.csrf), 200, { "set-cookie": cookie });
    },
  });

const close = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "DELETE",
    path: "/v1/session",
    scope: "read",
    summary: "Log this browser out",
    query: noQuery,
    body: null,
    answers: { 204: { description: "The session is over", schema: null } },
    problems: [],
    handle: ({ request }) => {
      const { port } = deps.settings().listen.admin;
      const token = tokenOf(request, port);
      if (token !== null) deps.sessions.close(token);
      const headers = { "set-cookie": dropCookie(request, port) };
      return new Response(null, { status: 204, headers });
    },
  });

function view(deps: AdminDeps, request: Request, by: string, csrf: string | null): SessionView {
  const scopes = by === DEVELOPER ? ["admin"] : (deps.keys.holder(by)?.scopes ?? []);
  return {
    by,
    scopes: [...scopes],
    csrf,
    development: deps.development,
    version: deps.version,
    receivesAt: receivesAt(deps, request),
  };
}

/** Behind "every address" stands the one by which this page was called. */
function receivesAt({ settings }: AdminDeps, request: Request): string {
  const { publicUrl, listen } = settings();
  if (publicUrl !== null) return publicUrl;
  const { host, port } = listen.public;
  const called = URL.parse(`http://${request.headers.get("host") ?? ""}`)?.hostname || "localhost";
  const every = host === "0.0.0.0" || host === "::";
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${every ? called : name}:${port}`;
}

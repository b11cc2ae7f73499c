import { type AnyElysia, Elysia } from "elysia";
import { LIMITS } from "../base/limits.ts";
import { problem } from "../base/problems.ts";
import { type Confirm, confirming } from "./confirm.ts";
import { type ReceiveDeps, receive } from "./receive.ts";

/**
 * Options of the public listener. Bun's own body limit is out of the way, so that our own 413 speaks:
 * nothing longer than a source's limit is ever read. `reusePort` would let a second server start
 * silently on the same port.
 */
export const PUBLIC_SERVE = {
  maxRequestBodySize: 2 ** 50,
  /** Seconds without a byte either way. Longer than a body may take, so that its 408 is said. */
  idleTimeout: LIMITS.BODY_MS_MAX / 1000 + 15,
  reusePort: false,
} as const;

/**
 * Options of the Elysia instance that listens, whichever it is: it alone decides how paths are read.
 * By default Elysia takes a URL's host to be four characters or longer, and finds no path behind a
 * shorter one.
 */
export const PUBLIC_APP = {
  serve: PUBLIC_SERVE,
  handler: { standardHostname: false },
} as const;

/**
 * The public listener's paths: `/in/<source>`, `/healthz` and, where something is sent, `/confirm/<token>`;
 * anything else is a 404 problem.
 */
export function ingressRoutes(deps: ReceiveDeps, confirm: Confirm | null = null): AnyElysia {
  const routes = new Elysia({ name: "ingress", ...PUBLIC_APP })
    // Global, as a path that is nobody's is an error of the instance that this one is mounted on.
    .onError({ as: "global" }, ({ code }) => {
      return code === "NOT_FOUND" ? problem("not_found") : undefined;
    })
    .onError(({ error }) => {
      deps.log.error("the public listener broke", { error: String(error).slice(0, 500) });
      return problem("internal_error");
    })
    .all(
      "/in/:source",
      ({ request, server, params }) =>
        receive(request, server?.requestIP(request)?.address ?? "", params.source, deps),
      { parse: "none" },
    )
    .all("/healthz", ({ request: { method } }) =>
      method === "GET" || method === "HEAD"
        ? new Response("ok\n", HEALTHY)
        : problem("method_not_allowed", undefined, { allow: "GET, HEAD" }),
    );
  if (confirm === null) return routes;
  return routes.all(
    "/confirm/:token",
    ({ request, params }) => confirming(request, params.token ?? MALFORMED, confirm),
    { parse: "none" },
  );
}

/** The framework gives `null`, which its types do not say, for what is not percent-encoded UTF-8: no token either. */
const MALFORMED = "%";

const HEALTHY = {
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
};

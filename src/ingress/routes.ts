import { Elysia } from "elysia";
import { LIMITS } from "../base/limits.ts";
import { problem } from "../base/problems.ts";
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

/** The public listener's paths: `/in/<source>` and `/healthz`; anything else is a 404 problem. */
export function ingressRoutes(deps: ReceiveDeps) {
  return new Elysia({ name: "ingress" })
    .onError(({ code, error, set }) => {
      set.headers["cache-control"] = "no-store";
      if (code === "NOT_FOUND") return problem("not_found");
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
}

const HEALTHY = {
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
};

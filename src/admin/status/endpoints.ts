import { Type } from "@sinclair/typebox";
import { problem } from "../../base/problems.ts";
import { json } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";

/** Probes add parameters of their own to defeat caches; these must not mind. */
const anyQuery = Type.Object({});

export function statusEndpoints(deps: AdminDeps): readonly Endpoint[] {
  return [healthz, readyz(deps)];
}

const healthz = endpoint({
  method: "GET",
  path: "/healthz",
  scope: "public",
  summary: "Tell that the process answers",
  query: anyQuery,
  body: null,
  answers: {
    200: { description: "It does", schema: Type.Object({ status: Type.Literal("ok") }) },
  },
  problems: [],
  handle: () => json({ status: "ok" }),
});

const readyz = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/readyz",
    scope: "open",
    summary: "Tell whether requests are taken: not while recovering, draining or out of disk",
    query: anyQuery,
    body: null,
    answers: {
      200: { description: "They are", schema: Type.Object({ status: Type.Literal("ready") }) },
    },
    problems: ["not_ready"],
    handle: () => {
      const { ready, reason } = deps.ready();
      return ready ? json({ status: "ready" }) : problem("not_ready", reason ?? undefined);
    },
  });

import { type AnyElysia, Elysia } from "elysia";
import { auditEndpoints } from "./audit/endpoints.ts";
import { backupEndpoints } from "./backup/endpoints.ts";
import { connectionEndpoints } from "./connections/endpoints.ts";
import { deliveryEndpoints } from "./deliveries/endpoints.ts";
import type { AdminDeps, Outgoing } from "./deps.ts";
import { answer, refused } from "./edge.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointActions } from "./endpoints/actions.ts";
import { endpointEndpoints } from "./endpoints/endpoints.ts";
import { eventEndpoints } from "./events/endpoints.ts";
import { keyEndpoints } from "./keys/endpoints.ts";
import { publishEndpoints } from "./messages/publish.ts";
import { pullEndpoints } from "./messages/pull.ts";
import { metricsEndpoints } from "./metrics/endpoints.ts";
import { openApiEndpoints } from "./openapi/endpoints.ts";
import { quarantineEndpoints } from "./quarantine/endpoints.ts";
import { replayEndpoints } from "./replays/endpoints.ts";
import { sessionEndpoints } from "./session/endpoints.ts";
import { sourceEndpoints } from "./sources/endpoints.ts";
import { statsEndpoints } from "./stats/endpoints.ts";
import { statusEndpoints } from "./status/endpoints.ts";
import { streamEndpoints } from "./stream/endpoints.ts";
import { sweepEndpoints } from "./sweeps/endpoints.ts";

/** Every operation of the operators' address. */
export function adminEndpoints(deps: AdminDeps): readonly Endpoint[] {
  const endpoints = [
    ...eventEndpoints(deps),
    ...connectionEndpoints(deps),
    ...replayEndpoints(deps),
    ...sourceEndpoints(deps),
    ...quarantineEndpoints(deps),
    ...keyEndpoints(deps),
    ...auditEndpoints(deps),
    ...backupEndpoints(deps),
    ...streamEndpoints(deps),
    ...(deps.outgoing === undefined ? [] : outgoingEndpoints(deps, deps.outgoing)),
    ...(deps.recovering === undefined ? [] : sweepEndpoints(deps.recovering)),
    ...sessionEndpoints(deps),
    ...statsEndpoints(deps),
    ...statusEndpoints(deps),
    ...(deps.measured === undefined ? [] : metricsEndpoints(deps, deps.measured)),
  ];
  return [...endpoints, ...openApiEndpoints(endpoints, deps.version)];
}

const outgoingEndpoints = (deps: AdminDeps, outgoing: Outgoing): readonly Endpoint[] => [
  ...endpointEndpoints(deps, outgoing),
  ...endpointActions(deps, outgoing),
  ...deliveryEndpoints(outgoing),
  ...publishEndpoints(outgoing),
  ...pullEndpoints(outgoing),
];

/**
 * The operators' address, whole: whatever is asked for, known or not, is answered here. The framework
 * finds the endpoint and knows the peer's address; all else is the endpoint's.
 */
export function adminRoutes(deps: AdminDeps): AnyElysia {
  const app = new Elysia({ name: "admin" });
  for (const [path, endpoints] of byPath(adminEndpoints(deps))) {
    const route = path.replaceAll(/\{(\w+)\}/g, ":$1");
    const allowed = endpoints.flatMap(({ method }) =>
      method === "GET" ? ["GET", "HEAD"] : [method],
    );
    app.all(
      route,
      ({ request, server }) => {
        const peer = server?.requestIP(request)?.address ?? null;
        const method = request.method === "HEAD" ? "GET" : request.method;
        const endpoint = endpoints.find((own) => own.method === method);
        if (endpoint === undefined) return refused(deps, allowed, request, peer);
        if (endpoint.patient) server?.timeout(request, 0);
        return answer(deps, endpoint, request, peer);
      },
      { parse: "none" },
    );
  }
  app.all(
    "/*",
    ({ request, server }) =>
      refused(deps, [], request, server?.requestIP(request)?.address ?? null),
    { parse: "none" },
  );
  return app;
}

function byPath(endpoints: readonly Endpoint[]): Map<string, Endpoint[]> {
  const paths = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    paths.set(endpoint.path, [...(paths.get(endpoint.path) ?? []), endpoint]);
  }
  return paths;
}

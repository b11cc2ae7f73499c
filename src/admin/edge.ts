import { problem } from "../base/problems.ts";
import { actorOf, isAct, outcomeOf, targetOf } from "./audit/line.ts";
import { login } from "./auth/login.ts";
import type { AdminDeps } from "./deps.ts";
import { type Endpoint, pathParams } from "./endpoint.ts";
import { resolved } from "./endpoints/resolve.ts";
import { expected } from "./refusals.ts";

/** On every answer; a page of ours brings a policy of its own. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["x-content-type-options", "nosniff"],
  ["cache-control", "no-store"],
  ["referrer-policy", "no-referrer"],
  ["x-frame-options", "DENY"],
  ["cross-origin-resource-policy", "same-origin"],
];
const POLICY = "default-src 'none'; frame-ancestors 'none'";

/** One request to one endpoint: let in → validated → handled → answered. Never rejects. */
export async function answer(
  deps: AdminDeps,
  endpoint: Endpoint,
  request: Request,
  peer: string | null,
): Promise<Response> {
  const subjects = endpoint.scope === "pull" ? subjectsOf(deps, endpoint, request) : [];
  const admitted = login(deps, endpoint.scope, request, peer, subjects);
  if (!admitted.ok) {
    const { status } = admitted.error;
    const tried = status === 401 && request.headers.has("authorization");
    if (tried) deps.audit.trail.refused(`${endpoint.method} ${endpoint.path}`, status, peer);
    return secured(request, admitted.error);
  }
  if (!isAct(endpoint)) {
    return secured(request, await handled(deps, endpoint, request, admitted.value));
  }
  return secured(request, await audited(deps, endpoint, request, admitted.value, peer));
}

/** An operator acts: the line of the audit log is there before the answer is. */
async function audited(
  deps: AdminDeps,
  endpoint: Endpoint,
  request: Request,
  by: string,
  peer: string | null,
): Promise<Response> {
  const actor = actorOf(deps, request, by);
  const response = await handled(deps, endpoint, request, by);
  const { status } = response;
  const action = `${endpoint.method} ${endpoint.path}`;
  deps.log.info("an operator acted", { by, action, status });
  const outcome = outcomeOf(status);
  if (outcome === null) return response;
  const target = await targetOf(endpoint, request, response);
  await deps.audit.trail.acted({ ...actor, action, target, outcome, status, peer });
  return response;
}

/** What a key may name to pull from the endpoint in the path: its id or its name. */
function subjectsOf(deps: AdminDeps, { path }: Endpoint, request: Request): readonly string[] {
  const placed = pathParams(path, request.url);
  const text = placed.ok ? (placed.value["id"] ?? "") : "";
  const known = deps.outgoing === undefined ? null : resolved(deps.outgoing.sending, text);
  return known === null ? [] : [known.id, known.name];
}

/** A request that no endpoint takes: nothing there, or not by this method. */
export function refused(
  deps: AdminDeps,
  allowed: readonly string[],
  request: Request,
  peer: string | null,
): Response {
  const admitted = login(deps, "open", request, peer);
  if (!admitted.ok) return secured(request, admitted.error);
  if (allowed.length === 0) return secured(request, problem("not_found"));
  const allow = allowed.join(", ");
  const detail = `${request.method.slice(0, 20)} is not taken here, but ${allow}.`;
  return secured(request, problem("method_not_allowed", detail, { allow }));
}

async function handled(
  deps: AdminDeps,
  endpoint: Endpoint,
  request: Request,
  by: string,
): Promise<Response> {
  try {
    return await endpoint.answer(request, by);
  } catch (thrown) {
    const response = expected(thrown);
    if (response !== null) return response;
    const reference = `err_${deps.random.text(12)}`;
    deps.log.error("an operator's request broke", {
      reference,
      action: `${endpoint.method} ${endpoint.path}`,
      error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
    return problem(
      "internal_error",
      `Something broke on our side; the log has it as ${reference}.`,
    );
  }
}

function secured(request: Request, response: Response): Response {
  for (const [name, value] of SECURITY_HEADERS) response.headers.set(name, value);
  if (!response.headers.has("content-security-policy")) {
    response.headers.set("content-security-policy", POLICY);
  }
  if (request.method !== "HEAD") return response;
  // What would be streamed is not: nobody reads it.
  void response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}

import type { ActedFact, AuditOutcome, AuditVia } from "../../journal/audit.ts";
import type { Actor } from "../../journal/facts.ts";
import { DEVELOPER } from "../auth/login.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, pathParams } from "../endpoint.ts";

/** Characters of one part of a target that are kept: a connection's key fits in. */
const TARGET_CHARS_MAX = 512;

type Line = Omit<ActedFact, "kind" | "at" | "times">;

/**
 * Whether what an endpoint does is an operator's act. Publishing and pulling are not: they are the traffic of
 * programs, and the events and deliveries themselves tell of them.
 */
export const isAct = ({ method, scope }: Endpoint): boolean =>
  method !== "GET" && scope !== "publish" && scope !== "pull";

/** Who acts, to be asked before it is done: a key that revokes itself is not known afterwards. */
export function actorOf(
  { keys }: Pick<AdminDeps, "keys">,
  request: Request,
  by: Actor,
): Pick<Line, "by" | "name" | "via"> {
  const name = keys.list().find(({ id }) => id === by)?.name ?? null;
  return { by, name, via: viaOf(request, by) };
}

function viaOf(request: Request, by: Actor): AuditVia {
  if (by === DEVELOPER) return "local";
  return request.headers.has("authorization") ? "key" : "session";
}

/** How an act ended; `null`: it was turned down and changed nothing, so that there is nothing to tell. */
export function outcomeOf(status: number): Exclude<AuditOutcome, "refused"> | null {
  if (status < 400) return "succeeded";
  return status < 500 ? null : "broke";
}

/** What an act was about: the parameters in its path, and the id of what it made. Nothing else of an answer is looked at. */
export async function targetOf(
  endpoint: Endpoint,
  request: Request,
  response: Response,
): Promise<Line["target"]> {
  const placed = pathParams(endpoint.path, request.url);
  const made = await idIn(response);
  const target = {
    ...(placed.ok ? placed.value : {}),
    ...(made === null ? {} : { made }),
  };
  const cut = (text: string): string => text.slice(0, TARGET_CHARS_MAX).toWellFormed();
  return Object.fromEntries(Object.entries(target).map(([name, text]) => [name, cut(text)]));
}

async function idIn(response: Response): Promise<string | null> {
  const type = response.headers.get("content-type");
  if (response.status >= 300 || type !== "application/json") return null;
  const answer = (await response.clone().json()) as Readonly<Record<string, unknown>>;
  for (const id of [answer["id"], answer["sweep"]]) if (typeof id === "string") return id;
  return null;
}

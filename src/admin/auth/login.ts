import { timingSafeEqual } from "node:crypto";
import { problem } from "../../base/problems.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Settings } from "../../config/settings.ts";
import type { Actor } from "../../journal/facts.ts";
import type { AdminDeps } from "../deps.ts";
import type { Scope } from "../endpoint.ts";
import { tokenOf } from "./cookie.ts";
import { judgeLocal } from "./local.ts";

type LoginDeps = Pick<AdminDeps, "keys" | "slowdown" | "sessions" | "settings" | "development">;

/** Who acts in `dev`, where nobody logs in. */
export const DEVELOPER: Actor = "developer";
const NOBODY: Actor = "nobody";

/**
 * Lets a request in, as whom, or says what to answer instead. `peer`: its address, `null` when unknown.
 * `subjects`: names of what `pull` is about, any of which a key may bear.
 */
export function login(
  deps: LoginDeps,
  scope: Scope,
  request: Request,
  peer: string | null,
  subjects: readonly string[] = [],
): Result<Actor, Response> {
  if (scope === "public") return ok(NOBODY);
  if (scope === "open" && !sharesAddress(deps.settings().listen)) return ok(NOBODY);
  const local = deps.development ? judgeLocal(request, peer) : "elsewhere";
  if (local === "local") return ok(DEVELOPER);
  const secret = bearer(request.headers.get("authorization"));
  if (secret !== null) return withKey(deps, { scope, subjects }, secret, peer ?? "unknown");
  const token = tokenOf(request, deps.settings().listen.admin.port);
  if (token !== null) return withSession(deps, { scope, subjects }, token, request);
  if (local === "cross_site") {
    return refuse("forbidden", "A page of another site may not act here; use a key.");
  }
  if (local === "foreign_host") {
    return refuse("forbidden", "Without a key, call it by localhost or a loopback address.");
  }
  return refuse("unauthorized");
}

/** Both listeners on one address: then only the public paths are open to everyone. */
export function sharesAddress(listen: Settings["listen"]): boolean {
  const { public: outer, admin } = listen;
  return outer.port !== 0 && outer.port === admin.port && outer.host === admin.host;
}

/**
 * A made key cannot be guessed, so that it opens at any time; the fixed one may be short, so that it
 * is not even compared while its peer is being slowed. Behind a proxy all share one peer: made keys
 * keep working there while somebody else is trying.
 */
function withKey(
  deps: LoginDeps,
  wanted: Wanted,
  secret: string,
  peer: string,
): Result<Actor, Response> {
  const holder = deps.keys.find(secret);
  if ((holder === null || holder.guessable) && deps.slowdown.holds(peer)) {
    return refuse("too_many_requests", "Too many failed logins; wait before the next one.");
  }
  if (holder === null) {
    deps.slowdown.failed(peer);
    return refuse("unauthorized", "This key is not known, or was revoked.");
  }
  if (opens(holder.scopes, wanted)) return ok(holder.id);
  return refuse("forbidden", `This takes a key with the scope ${needed(wanted.scope)}.`);
}

/** A browser sends its cookie whoever made it ask, so that a change needs the token that only our page knows. */
function withSession(
  deps: LoginDeps,
  wanted: Wanted,
  token: string,
  request: Request,
): Result<Actor, Response> {
  const session = deps.sessions.find(token);
  const holder = session === null ? null : deps.keys.holder(session.by);
  if (session === null || holder === null) {
    deps.sessions.close(token);
    return refuse("unauthorized", "The session is over; log in again.");
  }
  const reads = request.method === "GET" || request.method === "HEAD";
  if (!reads && !sameText(request.headers.get("x-csrf-token"), session.csrf)) {
    return refuse("forbidden", "Not asked for by a page of this session; reload it and try again.");
  }
  if (opens(holder.scopes, wanted)) return ok(holder.id);
  return refuse("forbidden", `This takes a key with the scope ${needed(wanted.scope)}.`);
}

/** Compares in a time that does not tell how much of it was right. */
function sameText(given: string | null, own: string): boolean {
  const [left, right] = [Buffer.from(given ?? ""), Buffer.from(own)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** What a request takes a key for. */
interface Wanted {
  readonly scope: Scope;
  readonly subjects: readonly string[];
}

function opens(held: readonly string[], { scope, subjects }: Wanted): boolean {
  if (held.includes("admin")) return true;
  if (scope === "pull") return subjects.some((subject) => held.includes(`pull:${subject}`));
  if (scope === "publish") return held.includes("publish");
  return scope !== "admin" && held.includes("read");
}

const NEEDED: Readonly<Record<Scope, string>> = {
  public: "any",
  open: "read or admin",
  read: "read or admin",
  publish: "publish or admin",
  pull: "pull:<this endpoint> or admin",
  admin: "admin",
};

const needed = (scope: Scope): string => NEEDED[scope];

function bearer(header: string | null): string | null {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1] ?? null;
}

function refuse(
  code: "unauthorized" | "forbidden" | "too_many_requests",
  detail?: string,
): Result<never, Response> {
  const challenge =
    code === "unauthorized" ? { "www-authenticate": 'Bearer realm="longstop"' } : {};
  return err(problem(code, detail, challenge));
}

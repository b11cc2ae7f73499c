import type { Static, TObject, TSchema } from "@sinclair/typebox";
import type { ProblemCode } from "../base/problems.ts";
import { problem } from "../base/problems.ts";
import type { Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import type { Actor } from "../journal/facts.ts";
import { COMMAND_BYTES_MAX, readJson } from "./body.ts";
import { checkBody, checkQuery } from "./check.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/**
 * `public`: no login ever. `open`: no login, unless both listeners share one address. `pull`: a key with
 * `pull:<endpoint>` of the endpoint in the path. A key with `admin` opens everything.
 */
export type Scope = "public" | "open" | "read" | "publish" | "pull" | "admin";

/** What an endpoint answers with when it succeeds; `schema` null: no JSON (`mediaType` says what). */
export interface Answer {
  readonly description: string;
  readonly schema: TSchema | null;
  readonly mediaType?: string;
}

type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsOf<Rest>
  : never;

/** One request to an endpoint, validated. */
export interface Call<Params extends string, Query, Body> {
  readonly params: Readonly<Record<Params, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The body as it came; empty where none is read. */
  readonly bytes: Uint8Array;
  /** Whose key it is, for the journal. */
  readonly by: Actor;
  readonly request: Request;
}

interface Described {
  readonly method: Method;
  readonly scope: Scope;
  /** A few words, in the imperative. */
  readonly summary: string;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Bytes of a body, where a command's are too few. */
  readonly bodyBytesMax?: number;
  /** It may take long to answer, or answers for as long as somebody listens: the connection is not cut for being still. */
  readonly patient?: true;
  /** Codes that only this endpoint answers with, beside those of login and validation. */
  readonly problems: readonly ProblemCode[];
}

export interface EndpointSpec<Path extends string, Query extends TObject, Body extends TObject>
  extends Described {
  /** As OpenAPI writes it: `/v1/events/{id}`. */
  readonly path: Path;
  readonly query: Query;
  /** `null`: no body is read. */
  readonly body: Body | null;
  handle(call: Call<ParamsOf<Path>, Static<Query>, Static<Body>>): Promise<Response> | Response;
}

/** One operation of the API: its schemas validate, type and document it. Knows nothing of the web framework. */
export interface Endpoint extends Described {
  readonly path: string;
  readonly params: readonly string[];
  readonly query: TObject;
  readonly body: TObject | null;
  /** Validates and handles a request that is already let in. Rejects with what `reads` and `operations` reject with. */
  answer(request: Request, by: Actor): Promise<Response>;
}

export function endpoint<
  const Path extends string,
  Query extends TObject,
  Body extends TObject = TObject,
>(spec: EndpointSpec<Path, Query, Body>): Endpoint {
  const params = [...spec.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  return {
    ...spec,
    params,
    answer: async (request, by) => {
      const placed = pathParams(spec.path, request.url);
      if (!placed.ok) return problem("invalid_parameter", placed.error);
      const query = checkQuery(spec.query, new URLSearchParams(rawQuery(request.url)));
      if (!query.ok) return problem("invalid_parameter", query.error);
      const body = await readBody(spec.body, request, spec.bodyBytesMax);
      if (!body.ok) return body.error;
      const named = placed.value as Record<ParamsOf<Path>, string>;
      return spec.handle({ params: named, query: query.value, ...body.value, by, request });
    },
  };
}

async function readBody<Body extends TObject>(
  schema: Body | null,
  request: Request,
  bytesMax = COMMAND_BYTES_MAX,
): Promise<Result<{ readonly body: Static<Body>; readonly bytes: Uint8Array }, Response>> {
  if (schema === null) return ok({ body: {} as Static<Body>, bytes: NO_BYTES });
  const read = await readJson(request, bytesMax);
  if (!read.ok) return read;
  const checked = checkBody(schema, read.value.value);
  if (!checked.ok) return err(problem("invalid_parameter", checked.error));
  return ok({ body: checked.value, bytes: read.value.bytes });
}

const NO_BYTES = new Uint8Array();

/** What stands behind the `?`. With an odd or absent `Host` the runtime's URL is no whole one. */
function rawQuery(url: string): string {
  const start = url.indexOf("?");
  return start < 0 ? "" : (url.slice(start + 1).split("#", 1)[0] ?? "");
}

/**
 * The path's parameters, decoded here from the URL as it came: routers differ in what they make of
 * `%2F`, of malformed escapes and of dot segments, and a connection's key may hold any of them.
 */
export function pathParams(path: string, url: string): Result<Record<string, string>, string> {
  const given = rawPath(url).split("/");
  const params: Record<string, string> = {};
  for (const [place, part] of path.split("/").entries()) {
    if (!part.startsWith("{")) continue;
    try {
      params[part.slice(1, -1)] = decodeURIComponent(given[place] ?? "");
    } catch {
      return err(`The path's {${part.slice(1, -1)}} is not percent-encoded UTF-8.`);
    }
  }
  return ok(params);
}

function rawPath(url: string): string {
  // Without a host, or with an odd one, the runtime gives the path alone.
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}

import type { Static } from "@sinclair/typebox";
import type { ProblemView } from "../../../admin/schemas.ts";

/** What the API refused with, in its own words. */
export class Refused extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;

  constructor(problem: Static<typeof ProblemView>) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
  }
}

/** The token that changing requests repeat; set at login. */
let csrf: string | null = null;

export function keepToken(token: string | null): void {
  csrf = token;
}

type Query = Readonly<Record<string, string | number | null | undefined>>;

/** A path with its parameters, without those that are not given. */
export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** Reads JSON. Rejects with `Refused`, also when nobody answers. */
export function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>(path, signal === undefined ? {} : { signal });
}

/** Does something. Rejects with `Refused`. */
export function act<T>(
  method: "POST" | "PATCH" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  return call<T>(path, {
    method,
    headers: {
      ...(csrf === null ? {} : { "x-csrf-token": csrf }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const answer = await fetch(path, { credentials: "same-origin", ...init }).catch((error) => {
    if (init.signal?.aborted) throw error;
    throw new Refused({
      ...UNREACHABLE,
      detail: "Nothing answers at this address. It may be restarting; this page goes on trying.",
    });
  });
  if (answer.status === 204) return undefined as T;
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body as T;
  throw new Refused(isProblem(body) ? body : { ...UNREACHABLE, detail: `HTTP ${answer.status}.` });
}

const UNREACHABLE = {
  type: "about:blank",
  title: "No answer",
  status: 0,
  code: "unreachable",
} as const;

function isProblem(body: unknown): body is Static<typeof ProblemView> {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

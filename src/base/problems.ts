import { PROBLEMS, type ProblemRow } from "./problem-table.ts";

export type ProblemCode = keyof typeof PROBLEMS;

/**
 * An RFC 9457 answer: `{ type, title, status, detail, code }`. `detail` (default: the row's help) is
 * for people and may be shown anywhere: it must hold no secret and no part of a payload but its place.
 */
export function problem(
  code: ProblemCode,
  detail?: string,
  headers?: Readonly<Record<string, string>>,
): Response {
  const row: ProblemRow = PROBLEMS[code];
  const body = {
    type: `urn:longstop:problem:${code}`,
    title: row.title,
    status: row.status,
    detail: detail ?? row.help,
    code,
  };
  return new Response(JSON.stringify(body), {
    status: row.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(row.retryAfterS === undefined ? {} : { "retry-after": String(row.retryAfterS) }),
      ...headers,
    },
  });
}

import { Type } from "@sinclair/typebox";
import type { Millis } from "../base/clock.ts";
import { problem } from "../base/problems.ts";

/** A JSON answer. Headers that every answer bears are added where it leaves. */
export function json(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** One page of a list. */
export function page(rows: readonly unknown[], nextCursor: string | null): Response {
  return json({ data: rows, nextCursor });
}

/**
 * A page of a list that is in memory whole; the cursor is the last row's id, so that what is added or
 * removed elsewhere shifts nothing. Without a limit: all of it.
 */
export function pageOfAll(
  rows: readonly { readonly id: string }[],
  { limit = rows.length, cursor }: { limit?: number; cursor?: string },
): Response {
  const before = cursor === undefined ? -1 : rows.findIndex((row) => row.id === cursor);
  if (cursor !== undefined && before < 0) return problem("bad_cursor");
  const shown = rows.slice(before + 1, before + 1 + limit);
  const more = before + 1 + limit < rows.length;
  return page(shown, more ? (shown.at(-1)?.id ?? null) : null);
}

/** The furthest that a date reaches either way from 1970 (ECMA-262, 21.4.1.1). */
const MILLIS_MAX = 8.64e15;

/** ISO 8601 with milliseconds, in UTC; `null` for no time, or for one that a provider made up beyond all dates. */
export function iso(at: Millis | null): string | null {
  if (at === null || !(Math.abs(at) <= MILLIS_MAX)) return null;
  return new Date(at).toISOString();
}

/**
 * The command is journaled and takes effect; what came of it is read from the thing itself. The answer
 * bears no state of its own on purpose: reading it back could fail after the command had succeeded,
 * and a caller that tries again would, say, skip two events.
 */
export const Accepted = Type.Object(
  { status: Type.Literal("accepted") },
  { $id: "Accepted", title: "Accepted" },
);

export const accepted = (status: 200 | 202 = 200): Response => json({ status: "accepted" }, status);

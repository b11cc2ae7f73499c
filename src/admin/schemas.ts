import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { LIMITS } from "../base/limits.ts";

/** Parts that several resources share. */

/** With the words for it, and whether it may be said again, where faults look for them. */
export const Nullable = <T extends TSchema>(schema: T) => {
  const { allowed, writeOnly } = schema;
  return Type.Union([schema, Type.Null()], {
    ...(allowed === undefined ? {} : { allowed: `${allowed}, or null` }),
    ...(writeOnly === undefined ? {} : { writeOnly }),
  });
};

export const words = <const W extends readonly string[]>(list: W, options: object = {}) =>
  Type.Union(
    list.map((word) => Type.Literal(word as W[number])),
    options,
  );

/** In answers: ISO 8601 with milliseconds, in UTC. */
export const Time = Type.String({ format: "date-time", examples: ["2026-03-01T08:30:00.000Z"] });

/** In questions: ISO 8601 (UTC unless it says otherwise), or milliseconds since 1970. */
export const GIVEN_TIME = {
  pattern:
    "^(-?\\d{1,16}|\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|z|[+\\- ]\\d{2}:?\\d{2})?)?)$",
  maxLength: 40,
  allowed: "a time as ISO 8601 (2026-03-01T08:30:00Z) or milliseconds since 1970",
  description: "ISO 8601, in UTC unless it bears an offset, or milliseconds since 1970",
} as const;

export const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, description });

export const noQuery = Type.Object({}, { additionalProperties: false });

const LIMIT = Type.Integer({
  minimum: 1,
  maximum: LIMITS.PAGE_ROWS_MAX,
  description: "rows a page",
});

export const pageQuery = {
  limit: Type.Optional({ ...LIMIT, default: LIMITS.PAGE_ROWS_DEFAULT }),
  cursor: Type.Optional(text(2_048, "`nextCursor` of the page before")),
};

export const listOf = <T extends TSchema>(row: T) =>
  Type.Object({ data: Type.Array(row), nextCursor: Nullable(Type.String()) });

/** The page that a query asks for. */
export function pageOf(query: { limit?: number; cursor?: string }): {
  limit: number;
  cursor: string | null;
} {
  return { limit: query.limit ?? LIMITS.PAGE_ROWS_DEFAULT, cursor: query.cursor ?? null };
}

/** Lists that are short by nature come whole unless a page is asked for. */
export const shortListQuery = Type.Object(
  { limit: Type.Optional(LIMIT), cursor: pageQuery.cursor },
  { additionalProperties: false },
);

/** RFC 9457. */
export const ProblemView = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
  },
  { $id: "Problem" },
);

export const ErrorView = Type.Object(
  { code: Type.String(), message: Type.String(), stack: Type.Optional(Type.String()) },
  { $id: "Error" },
);

/** Why an operator does it; kept in the journal. */
export const reasonBody = Type.Object(
  { reason: Type.Optional(text(500, "why, for those who look at it later")) },
  { additionalProperties: false },
);
export type ReasonBody = Static<typeof reasonBody>;

import { type Static, Type } from "@sinclair/typebox";
import { LIMITS } from "../../base/limits.ts";
import { Nullable, pageQuery, Time, text, words } from "../schemas.ts";

const row = {
  id: Type.String({ examples: ["qua_17"] }),
  source: Type.String(),
  receivedAt: Nullable(Time),
  code: Type.String({ description: "why it was not let in, as it was answered" }),
  detail: Type.String(),
  held: Type.Boolean({
    description: "acknowledged, and verified as soon as its keys can be asked for",
  }),
  size: Type.Integer({ description: "bytes of the body" }),
  method: Type.String(),
  url: Type.String(),
  peer: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
};

export const QuarantinedSummary = Type.Object(row, { $id: "QuarantinedSummary" });
export type QuarantinedSummary = Static<typeof QuarantinedSummary>;

/** Bytes of a body that are shown. Nobody has vouched for them: they are text, never more. */
export const PREVIEW_BYTES_MAX = 16 * 2 ** 10;

export const QuarantinedView = Type.Object(
  {
    ...row,
    body: Type.String({ description: `as text, the first ${PREVIEW_BYTES_MAX} bytes at most` }),
    bodyTruncated: Type.Boolean(),
  },
  { $id: "Quarantined" },
);
export type QuarantinedView = Static<typeof QuarantinedView>;

const SOURCE = text(64, "only of this source");

export const quarantineQuery = Type.Object(
  {
    source: Type.Optional(SOURCE),
    code: Type.Optional(text(64, "only refused for this reason")),
    held: Type.Optional(
      words(["true", "false"], { description: "only held ones, or only others" }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
);

/** One by one they are verified while the caller waits. */
export const RELEASE_MAX = LIMITS.PAGE_ROWS_MAX;

export const releaseBody = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(text(64, "an id"), {
        minItems: 1,
        maxItems: RELEASE_MAX,
        allowed: `a list of 1 to ${RELEASE_MAX} ids`,
        description: "these; instead of `source`",
      }),
    ),
    source: Type.Optional(SOURCE),
    cursor: Type.Optional(text(64, "with `source`: `nextCursor` of the answer before")),
    dryRun: Type.Optional(Type.Boolean({ description: "verify only" })),
  },
  { additionalProperties: false },
);

export const ReleaseView = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        id: Type.String(),
        status: words(["released", "verified", "still_failing", "not_found"], {
          description:
            "released: journaled; verified: a dry run, it would be; still_failing: it stays, for the reason in code",
        }),
        events: Type.Array(Type.Object({ id: Type.String(), duplicate: Type.Boolean() })),
        code: Nullable(Type.String()),
        detail: Nullable(Type.String()),
      }),
    ),
    nextCursor: Nullable(Type.String()),
  },
  { $id: "Release" },
);
export type ReleaseView = Static<typeof ReleaseView>;

import { type Static, Type } from "@sinclair/typebox";
import { EventSummary, filterFields } from "../events/schemas.ts";
import { Nullable, pageQuery, Time, words } from "../schemas.ts";

export const replaysQuery = Type.Object(pageQuery, { additionalProperties: false });

export const RATE_MAX = 100_000;

const Filter = Type.Object(filterFields, { additionalProperties: false });

/** The filter stands beside the options or, for who builds it apart, in a field of its own. */
export const replayBody = Type.Object(
  {
    ...filterFields,
    filter: Type.Optional(
      Type.Object(filterFields, { additionalProperties: false, allowed: "an object of filters" }),
    ),
    dryRun: Type.Optional(Type.Boolean({ description: "count and sample only" })),
    rate: Type.Optional(
      Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: RATE_MAX }), Type.Null()], {
        description: "events a second; null or absent: as fast as it goes",
        allowed: `a number above 0 and up to ${RATE_MAX}, or null`,
      }),
    ),
  },
  { additionalProperties: false },
);

export const ReplayView = Type.Object(
  {
    id: Type.String(),
    status: words(["running", "paused", "completed", "cancelled", "dry_run"]),
    filter: Filter,
    rate: Nullable(Type.Number()),
    total: Type.Integer({ description: "events that matched when it was made" }),
    done: Type.Integer(),
    createdAt: Nullable(Time),
    finishedAt: Nullable(Time),
  },
  { $id: "Replay" },
);
export type ReplayView = Static<typeof ReplayView>;

export const DryRunView = Type.Object(
  {
    status: Type.Literal("dry_run"),
    filter: Filter,
    count: Type.Integer(),
    countIsExact: Type.Boolean({ description: "false: there are at least `count`" }),
    sample: Type.Array(EventSummary, { description: "the newest that match" }),
  },
  { $id: "DryRun" },
);
export type DryRunView = Static<typeof DryRunView>;

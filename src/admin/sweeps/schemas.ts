import { type Static, Type } from "@sinclair/typebox";
import { ErrorView, Nullable, pageQuery, Time, text, words } from "../schemas.ts";

const REASONS = ["start", "schedule", "demand", "deadline", "hint"] as const;

export const sweepsQuery = Type.Object(
  {
    source: Type.Optional(text(64, "name of a source")),
    connection: Type.Optional(text(512, "key of a connection")),
    recovered: Type.Optional(
      words(["true", "false"], {
        description: "only those that brought something, or only others",
      }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
);

const row = {
  id: Type.String({ examples: ["swp_…"] }),
  source: Type.String(),
  connection: Nullable(
    Type.String({ description: "one connection's poll; null: all of the source" }),
  ),
  why: words(REASONS),
  status: words(["running", "done", "failed"]),
  startedAt: Nullable(Time),
  finishedAt: Nullable(Time),
  from: Nullable({ ...Time, description: "begin of the gap that it covers" }),
  to: Nullable(Time),
  found: Type.Integer({ description: "listed by the provider" }),
  recovered: Type.Integer({ description: "of them events that no webhook had brought" }),
  calls: Type.Integer({ description: "to the provider" }),
  missingMsMax: Type.Number({ description: "the longest that one was missing" }),
  missingMsMean: Nullable(Type.Number()),
  error: Nullable(ErrorView),
};

export const SweepView = Type.Object(row, { $id: "Sweep" });
export type SweepView = Static<typeof SweepView>;

export const SweepDetailView = Type.Object(
  {
    ...row,
    healed: Type.Array(
      Type.Object({
        connection: Nullable(Type.String()),
        recovered: Type.Integer(),
        missingMsMax: Type.Number(),
      }),
      { description: "the hundred connections with most recovered" },
    ),
  },
  { $id: "SweepDetail" },
);

export const AskedView = Type.Object(
  { status: Type.Literal("accepted"), sweep: Type.String({ description: "GET /v1/sweeps/{id}" }) },
  { $id: "AskedSweep" },
);

/** A source's reconciliation as `GET /v1/sources` shows it. */
export const ReconcileView = Type.Object(
  {
    lacks: Nullable(Type.String({ description: "why the provider is not asked; null: it is" })),
    kind: Nullable(words(["list", "state"])),
    activity: words(["idle", "sweeping", "resting"]),
    every: Nullable(Type.String()),
    nextAt: Nullable(Time),
    cursor: Nullable(Type.String()),
    lastSweptAt: Nullable({ ...Time, description: "when a whole sweep last ended well" }),
    lastSweep: Nullable(SweepView),
    recovered: Type.Integer({ description: "ever" }),
    calls: Type.Integer({ description: "to the provider since the start" }),
    callsFailed: Type.Integer(),
    restsUntil: Nullable(Time),
    silent: Type.Integer({ description: "connections that are silent for longer than expected" }),
  },
  { $id: "Reconcile" },
);
export type ReconcileView = Static<typeof ReconcileView>;

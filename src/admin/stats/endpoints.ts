import { type Static, Type } from "@sinclair/typebox";
import { iso, json } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { Nullable, noQuery, Time } from "../schemas.ts";
import { SAMPLE_MS } from "./history.ts";

const HistoryView = Type.Object(
  {
    everyMs: Type.Integer({ description: "between two samples" }),
    data: Type.Array(
      Type.Object({
        at: Nullable(Time),
        received: Type.Integer(),
        duplicates: Type.Integer(),
        pending: Type.Integer(),
        completed: Type.Integer(),
        skipped: Type.Integer(),
        failed: Type.Integer(),
      }),
      { description: "sums as of each time, oldest first, up to an hour back" },
    ),
  },
  { $id: "StatsHistory" },
);
export type HistoryView = Static<typeof HistoryView>;

export function statsEndpoints(deps: AdminDeps): readonly Endpoint[] {
  return [history(deps)];
}

const history = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/stats/history",
    scope: "read",
    summary: "Counts over the last hour, since the process began at the earliest",
    query: noQuery,
    body: null,
    answers: { 200: { description: "Samples", schema: HistoryView } },
    problems: [],
    handle: () => {
      const data = deps.history.samples().map((sample) => ({ ...sample, at: iso(sample.at) }));
      return json({ everyMs: SAMPLE_MS, data } satisfies HistoryView);
    },
  });

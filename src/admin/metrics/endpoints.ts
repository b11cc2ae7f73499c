import { Type } from "@sinclair/typebox";
import { EXPOSITION_TYPE, exposition } from "../../base/metrics.ts";
import { ReadRefused } from "../../journal/journal.ts";
import type { SourceRow } from "../../journal/rows.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { momentFamilies, sourceFamilies } from "./families.ts";
import type { Measured } from "./measured.ts";

/** Scrapers add parameters of their own. */
const anyQuery = Type.Object({});

/**
 * `GET /metrics`, with a key that may read: Prometheus sends it as `authorization: { credentials_file }`.
 * All of it is in memory but the counts by source, which the projection keeps; while those cannot be read,
 * the last ones are told, so that trouble does not blind whoever watches it.
 */
export function metricsEndpoints(deps: AdminDeps, measured: Measured): readonly Endpoint[] {
  let last: readonly SourceRow[] = [];
  const handle = async (): Promise<Response> => {
    last = await deps.reads.sources().catch((error: unknown) => {
      if (error instanceof ReadRefused) return last;
      throw error;
    });
    const families = [
      ...sourceFamilies(deps, last),
      ...measured.counted,
      ...momentFamilies(deps, measured),
    ];
    return new Response(exposition(families), { headers: { "content-type": EXPOSITION_TYPE } });
  };
  return [
    endpoint({
      method: "GET",
      path: "/metrics",
      scope: "read",
      summary: "Tell the figures in Prometheus' text format",
      query: anyQuery,
      body: null,
      answers: { 200: { description: "Figures", schema: null, mediaType: "text/plain" } },
      problems: [],
      handle,
    }),
  ];
}

import type { Static } from "@sinclair/typebox";
import { problem } from "../../base/problems.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { asQuarantineId } from "../../journal/quarantine.ts";
import { json, page } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { refusal } from "../refusals.ts";
import { listOf, noQuery, pageOf } from "../schemas.ts";
import {
  QuarantinedSummary,
  QuarantinedView,
  quarantineQuery,
  RELEASE_MAX,
  ReleaseView,
  releaseBody,
} from "./schemas.ts";
import { quarantinedSummary, quarantinedView, releaseRow } from "./view.ts";

/** All of it is for `admin`: what failed verification may bear a secret where nobody looks for one. */
export function quarantineEndpoints(deps: AdminDeps): readonly Endpoint[] {
  return [list(deps), show(deps), release(deps)];
}

const list = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/quarantine",
    scope: "admin",
    summary: "List requests that failed verification or wait for it, newest first",
    query: quarantineQuery,
    body: null,
    answers: { 200: { description: "A page of requests", schema: listOf(QuarantinedSummary) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const { source, code, held } = query;
      const filter = {
        ...(source === undefined ? {} : { source }),
        ...(code === undefined ? {} : { code }),
        ...(held === undefined ? {} : { held: held === "true" }),
      };
      const { rows, nextCursor } = await deps.reads.quarantine(filter, pageOf(query));
      const { sources } = deps.settings();
      return page(
        rows.map((row) => quarantinedSummary(row, sources)),
        nextCursor,
      );
    },
  });

const show = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/quarantine/{id}",
    scope: "admin",
    summary: "Show a request in the quarantine with the beginning of its body",
    query: noQuery,
    body: null,
    answers: { 200: { description: "The request", schema: QuarantinedView } },
    problems: ["not_found", "behind", "slow"],
    handle: async ({ params }) => {
      const id = asQuarantineId(params.id);
      const row = id === undefined ? null : await deps.reads.quarantined(id);
      if (row === null) return refusal("not_found", "request in the quarantine");
      return json(quarantinedView(row, deps.settings().sources));
    },
  });

const release = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/quarantine/release",
    scope: "admin",
    summary: "Verify requests again, as of their arrival, and let in those that pass",
    query: noQuery,
    body: releaseBody,
    answers: { 200: { description: "What came of each, in order", schema: ReleaseView } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ body, by }) => {
      const chosen = await choose(deps, body);
      if (!chosen.ok) return problem("invalid_parameter", chosen.error);
      const { ids, nextCursor } = chosen.value;
      const rows: ReleaseView["data"] = [];
      // In turn: they are journaled in the order in which they came.
      for (const id of ids)
        rows.push(releaseRow(id, await deps.releases.release(id, body.dryRun === true)));
      const released = rows.filter(({ status }) => status === "released").length;
      if (released > 0)
        deps.log.info("requests were released from the quarantine", { by, released });
      const answer: ReleaseView = { data: rows, nextCursor };
      return json(answer);
    },
  });

interface Chosen {
  readonly ids: readonly string[];
  readonly nextCursor: string | null;
}

async function choose(
  { reads }: AdminDeps,
  { ids, source, cursor }: Static<typeof releaseBody>,
): Promise<Result<Chosen, string>> {
  if ((ids === undefined) === (source === undefined))
    return err('Give either "ids" or "source", and not both.');
  if (ids !== undefined) {
    if (cursor !== undefined) return err('"cursor" goes with "source" only.');
    return ok({ ids: [...new Set(ids)], nextCursor: null });
  }
  const filter = source === undefined ? {} : { source };
  const rows = await reads.quarantineIds(filter, cursor ?? null, RELEASE_MAX);
  const last = rows.length < RELEASE_MAX ? null : (rows.at(-1)?.id ?? null);
  return ok({ ids: rows.map(({ id }) => id), nextCursor: last });
}

import type { Static } from "@sinclair/typebox";
import { seq } from "../../base/ids.ts";
import { problem } from "../../base/problems.ts";
import { err, type Result } from "../../base/result.ts";
import type { Actor, EventFilter, ReplayJob } from "../../journal/facts.ts";
import type { OperationRefused } from "../../mailbox/operations.ts";
import { json, page } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { toFilter } from "../events/filter.ts";
import { summaries } from "../events/read.ts";
import { refusal } from "../refusals.ts";
import { listOf, noQuery, pageOf, reasonBody } from "../schemas.ts";
import { DryRunView, ReplayView, replayBody, replaysQuery } from "./schemas.ts";
import { filterView, replayView } from "./view.ts";

/** A dry run counts this far and no further: beyond it, "at least so many" says enough. */
export const DRY_RUN_COUNT_MAX = 1_000_000;
export const DRY_RUN_SAMPLE = 10;
const EVERYTHING = seq(Number.MAX_SAFE_INTEGER);

const PATH = "/v1/replays/{id}";
/** Why nothing can be done about a job. */
const ENDED = "A job that has ended stays as it is; begin another with POST /v1/replays.";

export function replayEndpoints(deps: AdminDeps): readonly Endpoint[] {
  const { operations: does } = deps;
  return [
    create(deps),
    list(deps),
    show(deps),
    action("pause", "Stop for now", `Only a running job can be paused. ${ENDED}`, (id, by) =>
      does.pauseJob(id, by),
    ),
    action("resume", "Go on where it stopped", `Only a paused job can go on. ${ENDED}`, (id, by) =>
      does.resumeJob(id, by),
    ),
    action("cancel", "Stop for good; what was replayed stays so", ENDED, (id, by) =>
      does.cancelJob(id, by),
    ),
  ];
}

const create = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/replays",
    scope: "admin",
    summary: "Process all events again that match a filter, in their order",
    query: noQuery,
    body: replayBody,
    answers: {
      200: { description: "A dry run: nothing was done", schema: DryRunView },
      202: { description: "The job; Location says where to watch it", schema: ReplayView },
    },
    problems: ["behind", "slow"],
    handle: async ({ body, by }) => {
      const filter = filterOf(body);
      if (!filter.ok) return problem("invalid_parameter", filter.error);
      if (body.dryRun === true) return json(await dryRun(deps, filter.value));
      if (Object.keys(filter.value).length === 0) {
        return problem("invalid_parameter", "Give at least one filter; a dry run may go without.");
      }
      const { id, job } = await deps.operations.createJob(filter.value, {
        rate: body.rate ?? null,
        by,
      });
      return json(replayView(id, job), 202, { location: `/v1/replays/${encodeURIComponent(id)}` });
    },
  });

const list = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/replays",
    scope: "read",
    summary: "List replay jobs, newest first",
    query: replaysQuery,
    body: null,
    answers: { 200: { description: "A page of jobs", schema: listOf(ReplayView) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const { rows, nextCursor } = await deps.reads.jobs(pageOf(query));
      return page(
        rows.map(({ id, job }) => replayView(id, job)),
        nextCursor,
      );
    },
  });

const show = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: PATH,
    scope: "read",
    summary: "Show a replay job and how far it is",
    query: noQuery,
    body: null,
    answers: { 200: { description: "The job", schema: ReplayView } },
    problems: ["not_found", "behind", "slow"],
    handle: async ({ params: { id } }) => {
      const job = await deps.reads.job(id);
      return job === null ? refusal("not_found", "replay") : json(replayView(id, job));
    },
  });

type Act = (id: string, by: Actor) => Promise<Result<ReplayJob, OperationRefused>>;

const action = (verb: string, summary: string, needs: string, act: Act): Endpoint =>
  endpoint({
    method: "POST",
    path: `${PATH}/${verb}` as typeof PATH,
    scope: "admin",
    summary,
    query: noQuery,
    body: reasonBody,
    answers: { 200: { description: "The job as it is now", schema: ReplayView } },
    problems: ["not_found", "wrong_status"],
    handle: async ({ params: { id }, by }) => {
      const done = await act(id, by);
      return done.ok ? json(replayView(id, done.value)) : refusal(done.error, "replay", needs);
    },
  });

function filterOf(body: Static<typeof replayBody>): Result<EventFilter, string> {
  const { filter: apart = {}, dryRun: _, rate: __, ...beside } = body;
  const twice = Object.keys(beside).filter((name) => Object.hasOwn(apart, name));
  if (twice.length > 0) return err(`Given both in "filter" and beside it: ${twice.join(", ")}.`);
  return toFilter({ ...beside, ...apart });
}

async function dryRun(deps: AdminDeps, filter: EventFilter): Promise<DryRunView> {
  const [count, { rows }] = await Promise.all([
    deps.reads.count(filter, EVERYTHING, DRY_RUN_COUNT_MAX),
    deps.reads.events(filter, { limit: DRY_RUN_SAMPLE, cursor: null }),
  ]);
  return {
    status: "dry_run",
    filter: filterView(filter),
    count,
    countIsExact: count < DRY_RUN_COUNT_MAX,
    sample: await summaries(deps, rows, false),
  };
}

import type { EventFilter, ReplayJob } from "../../journal/facts.ts";
import { iso } from "../answers.ts";
import type { ReplayView } from "./schemas.ts";

export function replayView(id: string, job: ReplayJob): ReplayView {
  return {
    id,
    status: job.status,
    filter: filterView(job.filter),
    rate: job.rate,
    total: job.total,
    done: job.done,
    createdAt: iso(job.createdAt),
    finishedAt: iso(job.finishedAt),
  };
}

/** A filter as it would be given; milliseconds stay digits where no date reaches. */
export function filterView(filter: EventFilter): ReplayView["filter"] {
  const { since, until, ...rest } = filter;
  return {
    ...rest,
    ...(since === undefined ? {} : { since: iso(since) ?? String(since) }),
    ...(until === undefined ? {} : { until: iso(until) ?? String(until) }),
  };
}

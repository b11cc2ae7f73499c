import type { Result } from "../../base/result.ts";
import type { Actor, ConnectionRef } from "../../journal/facts.ts";
import type { OperationRefused } from "../../mailbox/operations.ts";
import { Accepted, accepted, json, page } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { refusal } from "../refusals.ts";
import { listOf, noQuery, pageOf, reasonBody } from "../schemas.ts";
import { ConnectionView, connectionsQuery } from "./schemas.ts";
import { connectionView, connectionViews } from "./view.ts";

const PATH = "/v1/connections/{source}/{key}";

export function connectionEndpoints(deps: AdminDeps): readonly Endpoint[] {
  const { operations: does } = deps;
  return [
    list(deps),
    show(deps),
    action("pause", "Let nothing run until it is resumed", (ref, by, reason) =>
      does.pause(ref, by, reason),
    ),
    action("resume", "Go on after a pause or a halt", (ref, by) => does.resume(ref, by)),
    action("retry", "Try the head now instead of at its next time", (ref, by) =>
      does.retry(ref, by),
    ),
    action("skip-head", "Settle the head as skipped", (ref, by) => does.skipHead(ref, by)),
    action("park-head", "Put the head among the dead letters, to be replayed later", (ref, by) =>
      does.parkHead(ref, by),
    ),
  ];
}

const list = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/connections",
    scope: "read",
    summary: "List connections",
    query: connectionsQuery,
    body: null,
    answers: { 200: { description: "A page of connections", schema: listOf(ConnectionView) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const { limit: _, cursor: __, ...filter } = query;
      const { rows, nextCursor } = await deps.reads.connections(filter, pageOf(query));
      const views = connectionViews(rows, (row) => deps.operations.whyConnectionWaits(row));
      return page(views, nextCursor);
    },
  });

const show = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: PATH,
    scope: "read",
    summary: "Show a connection with its state",
    query: noQuery,
    body: null,
    answers: { 200: { description: "The connection", schema: ConnectionView } },
    problems: ["not_found", "behind", "slow"],
    handle: async ({ params: { source, key } }) => {
      const row = await deps.reads.connection({ source, key });
      if (row === null) return refusal("not_found", "connection");
      return json(connectionView(row, deps.operations.whyConnectionWaits(row)));
    },
  });

type Act = (
  ref: ConnectionRef,
  by: Actor,
  reason: string | null,
) => Promise<Result<unknown, OperationRefused>>;

const action = (verb: string, summary: string, act: Act): Endpoint =>
  endpoint({
    method: "POST",
    path: `${PATH}/${verb}` as typeof PATH,
    scope: "admin",
    summary,
    query: noQuery,
    body: reasonBody,
    answers: { 200: { description: "Done", schema: Accepted } },
    problems: ["not_found", "wrong_status", "busy", "empty"],
    handle: async ({ params: { source, key }, body: { reason }, by }) => {
      const done = await act({ source, key }, by, reason ?? null);
      return done.ok ? accepted() : refusal(done.error, "connection");
    },
  });

import { type Static, Type } from "@sinclair/typebox";
import { problem } from "../../base/problems.ts";
import type { Result } from "../../base/result.ts";
import type { SweepId } from "../../journal/reconciling.ts";
import type { Asked, ReconcileRefusal } from "../../reconcile/reconciling.ts";
import { json, page } from "../answers.ts";
import type { Recovering } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { instant } from "../events/filter.ts";
import { refusal } from "../refusals.ts";
import { GIVEN_TIME, listOf, noQuery, pageOf } from "../schemas.ts";
import { AskedView, SweepDetailView, SweepView, sweepsQuery } from "./schemas.ts";
import { sweepView } from "./view.ts";

/** Asking providers for what should have come, and what that brought. */
export const sweepEndpoints = (recovering: Recovering): readonly Endpoint[] => [
  list(recovering),
  show(recovering),
  sweep(recovering),
  poll(recovering),
];

const list = ({ reads }: Recovering): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/sweeps",
    scope: "read",
    summary: "List sweeps and polls, newest first",
    query: sweepsQuery,
    body: null,
    answers: { 200: { description: "A page of sweeps", schema: listOf(SweepView) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const { rows, nextCursor } = await reads.sweeps(filterOf(query), pageOf(query));
      return page(rows.map(sweepView), nextCursor);
    },
  });

const filterOf = ({ source, connection, recovered }: Static<typeof sweepsQuery>) => ({
  ...(source === undefined ? {} : { source }),
  ...(connection === undefined ? {} : { connection }),
  ...(recovered === undefined ? {} : { recovered: recovered === "true" }),
});

const show = ({ reads }: Recovering): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/sweeps/{id}",
    scope: "read",
    summary: "Show a sweep with the connections that it healed",
    query: noQuery,
    body: null,
    answers: { 200: { description: "The sweep", schema: SweepDetailView } },
    problems: ["not_found", "behind", "slow"],
    handle: async ({ params }) => {
      const id = params.id as SweepId;
      const row = await reads.sweep(id);
      if (row === null) {
        return problem(
          "not_found",
          "There is no such sweep; one that was only just asked for appears with its first answer.",
        );
      }
      return json({ ...sweepView(row), healed: await reads.healed(id) });
    },
  });

const sweepBody = Type.Object(
  {
    since: Type.Optional(
      Type.String({ ...GIVEN_TIME, title: "from when on; default: where the last sweep ended" }),
    ),
  },
  { additionalProperties: false },
);

const asked = {
  scope: "admin",
  query: noQuery,
  answers: { 202: { description: "It is under way, or next", schema: AskedView } },
  problems: ["not_found", "not_reconciled", "draining"],
} as const;

const sweep = ({ reconciling }: Recovering): Endpoint =>
  endpoint({
    ...asked,
    method: "POST",
    path: "/v1/sources/{id}/sweep",
    summary: "Ask the provider for everything that the source should have brought",
    body: sweepBody,
    handle: ({ params: { id }, body }) => {
      const since = instant("since", body.since);
      if (!since.ok) return problem("invalid_parameter", since.error);
      return granted(reconciling.sweep(id, { since: since.value }));
    },
  });

const poll = ({ reconciling }: Recovering): Endpoint =>
  endpoint({
    ...asked,
    method: "POST",
    path: "/v1/connections/{source}/{key}/reconcile",
    summary: "Ask the provider for this one connection",
    body: noQuery,
    handle: ({ params: { source, key } }) => granted(reconciling.poll(source, key)),
  });

function granted(wish: Result<Asked, ReconcileRefusal>): Response {
  if (wish.ok) return json({ status: "accepted", sweep: wish.value.id }, 202);
  const { code, detail } = wish.error;
  switch (code) {
    case "not_found":
      return refusal("not_found", "source");
    case "not_offered":
      return problem("not_reconciled", detail);
    case "stopped":
      return problem("draining", detail);
  }
}

import { type Static, Type } from "@sinclair/typebox";
import { problem } from "../../base/problems.ts";
import { ok, type Result } from "../../base/result.ts";
import type { AuditFilter, AuditRow } from "../../journal/audit.ts";
import { iso, page } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { instant } from "../events/filter.ts";
import { GIVEN_TIME, listOf, Nullable, pageOf, pageQuery, Time, text, words } from "../schemas.ts";

const OUTCOMES = ["succeeded", "broke", "refused"] as const;

const AuditView = Type.Object(
  {
    id: Type.String({ examples: ["aud_17"] }),
    at: Nullable(Time),
    by: Type.String({ description: "the key's id; `developer` in development; else `nobody`" }),
    name: Nullable(Type.String({ description: "the key's name at that time" })),
    via: words(["key", "session", "local", "configuration"], {
      description:
        "a key, a browser's session that the key opened, this machine (development), or the configuration",
    }),
    action: Type.String({ examples: ["POST /v1/events/{id}/replay"] }),
    target: Type.Record(Type.String(), Type.String(), {
      description: "the parameters of the path; `made`: the id of what was made",
    }),
    outcome: words(OUTCOMES, {
      description:
        "broke: our own trouble came between; refused: a login with a key that is not known",
    }),
    status: Type.Integer({ description: "as it was answered" }),
    peer: Nullable(Type.String({ description: "the caller's address, or its proxy's" })),
    times: Type.Integer({ description: "refused logins that the line stands for; otherwise 1" }),
  },
  { $id: "AuditLine" },
);
export type AuditView = Static<typeof AuditView>;

const auditQuery = Type.Object(
  {
    by: Type.Optional(text(100, "id or name of a key")),
    action: Type.Optional(
      text(256, "method and route, exact or with `*`: `POST /v1/connections/*`"),
    ),
    outcome: Type.Optional(words(OUTCOMES)),
    since: Type.Optional(Type.String({ ...GIVEN_TIME, title: "at or after" })),
    until: Type.Optional(Type.String({ ...GIVEN_TIME, title: "before" })),
    ...pageQuery,
  },
  { additionalProperties: false },
);

/** For `admin` alone: it tells who works here, and from where. */
export const auditEndpoints = ({ audit }: AdminDeps): readonly Endpoint[] => [
  endpoint({
    method: "GET",
    path: "/v1/audit",
    scope: "admin",
    summary: "List what operators did and which logins were refused, newest first",
    query: auditQuery,
    body: null,
    answers: { 200: { description: "A page of lines", schema: listOf(AuditView) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const filter = filterOf(query);
      if (!filter.ok) return problem("invalid_parameter", filter.error);
      const { rows, nextCursor } = await audit.reads.audit(filter.value, pageOf(query));
      return page(rows.map(lineView), nextCursor);
    },
  }),
];

function filterOf({
  by,
  action,
  outcome,
  ...range
}: Static<typeof auditQuery>): Result<AuditFilter, string> {
  const since = instant("since", range.since);
  const until = instant("until", range.until);
  if (!since.ok) return since;
  if (!until.ok) return until;
  return ok({
    ...(by === undefined ? {} : { by }),
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(since.value === undefined ? {} : { since: since.value }),
    ...(until.value === undefined ? {} : { until: until.value }),
  });
}

const lineView = (row: AuditRow): AuditView => ({ ...row, at: iso(row.at) });

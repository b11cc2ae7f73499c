import { Type } from "@sinclair/typebox";
import { parseDuration } from "../../base/duration.ts";
import { problem } from "../../base/problems.ts";
import type { Result } from "../../base/result.ts";
import type { Actor } from "../../journal/facts.ts";
import { deliveryId, type EndpointId } from "../../journal/sending.ts";
import type { SendingRefusal } from "../../outbound/sending.ts";
import { Accepted, accepted, iso, json } from "../answers.ts";
import type { AdminDeps, Outgoing } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { instant } from "../events/filter.ts";
import { asEventId } from "../events/read.ts";
import { refusal } from "../refusals.ts";
import { GIVEN_TIME, noQuery, reasonBody, text } from "../schemas.ts";
import { noSuchEndpoint, refusedSending, resolved } from "./resolve.ts";
import { RotatedView, rotateBody } from "./schemas.ts";

const PATH = "/v1/endpoints/{id}";
const DAY_MS = 86_400_000;
const OVERLAP_MS_MAX = 30 * DAY_MS;

/** What operators do about an endpoint, of the configuration or not. */
export function endpointActions(deps: AdminDeps, out: Outgoing): readonly Endpoint[] {
  const { sending } = out;
  return [
    rotate(out),
    test(out),
    status(out, "enable", "Send again, and forget earlier failures", (id, by) =>
      sending.enable(id, by),
    ),
    status(out, "disable", "Owe it nothing from now on; what it is owed waits", (id, by, why) =>
      sending.disable(id, why, by),
    ),
    status(out, "pause", "Let what it is owed wait until it is resumed", (id, by, why) =>
      sending.pause(id, why, by),
    ),
    status(out, "resume", "Go on after a pause", (id, by) => sending.resume(id, by)),
    resendFailed(deps, out),
    sendEvent(out),
  ];
}

type Act = (
  id: EndpointId,
  by: Actor,
  reason: string | null,
) => Promise<Result<null, SendingRefusal>>;

const status = (out: Outgoing, verb: string, summary: string, act: Act): Endpoint =>
  endpoint({
    method: "POST",
    path: `${PATH}/${verb}` as typeof PATH,
    scope: "admin",
    summary,
    query: noQuery,
    body: reasonBody,
    answers: { 200: { description: "Done", schema: Accepted } },
    problems: ["not_found", "configured", "wrong_status"],
    handle: async ({ params: { id }, body: { reason }, by }) => {
      const known = resolved(out.sending, id);
      if (known === null) return noSuchEndpoint();
      const done = await act(known.id, by, reason ?? null);
      return done.ok ? accepted() : refusedSending(done.error);
    },
  });

const rotate = (out: Outgoing): Endpoint =>
  endpoint({
    method: "POST",
    path: `${PATH}/rotate-secret`,
    scope: "admin",
    summary: "Sign with a new secret, shown this once; the old one goes on for a while",
    query: noQuery,
    body: rotateBody,
    answers: { 200: { description: "The new secret", schema: RotatedView } },
    problems: ["not_found", "configured", "wrong_status"],
    handle: async ({ params: { id }, body, by }) => {
      const known = resolved(out.sending, id);
      if (known === null) return noSuchEndpoint();
      const overlapMs = body.overlap === undefined ? DAY_MS : parseDuration(body.overlap);
      if (overlapMs === undefined || overlapMs > OVERLAP_MS_MAX) {
        return problem(
          "invalid_parameter",
          '"overlap" must be a duration of up to 30 days, such as "24h".',
        );
      }
      const options = { secret: body.secret ?? null, overlapMs };
      const done = await out.sending.rotateSecret(known.id, options, by);
      if (!done.ok) return refusedSending(done.error);
      const { secret, previousUntil } = done.value;
      return json({ secret, previousUntil: iso(previousUntil) });
    },
  });

const SentView = Type.Object(
  {
    status: Type.Literal("accepted"),
    event: Type.String(),
    delivery: Type.String({ description: "what became of it is read there" }),
  },
  { $id: "Sent" },
);

const test = (out: Outgoing): Endpoint =>
  endpoint({
    method: "POST",
    path: `${PATH}/test`,
    scope: "admin",
    summary: "Send it an event of type longstop.test, and nobody else",
    query: noQuery,
    body: noQuery,
    answers: { 202: { description: "It is being sent", schema: SentView } },
    problems: ["not_found", "wrong_status"],
    handle: async ({ params: { id }, by }) => {
      const known = resolved(out.sending, id);
      if (known === null) return noSuchEndpoint();
      const done = await out.sending.test(known.id, by);
      if (!done.ok) return refusedSending(done.error);
      const event = done.value.id;
      return json({ status: "accepted", event, delivery: deliveryId(event, known.id) }, 202);
    },
  });

const resendBody = Type.Object(
  {
    since: Type.String({ ...GIVEN_TIME, title: "owed at or after" }),
    until: Type.Optional(Type.String({ ...GIVEN_TIME, title: "owed before" })),
    status: Type.Optional(Type.Literal("failed", { allowed: '"failed", the only one' })),
  },
  { additionalProperties: false },
);

const ResentView = Type.Object(
  { status: Type.Literal("accepted"), resent: Type.Integer({ description: "deliveries" }) },
  { $id: "Resent" },
);

const resendFailed = (deps: AdminDeps, out: Outgoing): Endpoint =>
  endpoint({
    method: "POST",
    path: `${PATH}/resend`,
    scope: "admin",
    summary: "Send all that failed since then again",
    query: noQuery,
    body: resendBody,
    patient: true,
    answers: { 202: { description: "They are owed again", schema: ResentView } },
    problems: ["not_found", "wrong_status", "behind", "slow"],
    handle: async ({ params: { id }, body, by }) => {
      const known = resolved(out.sending, id);
      if (known === null) return noSuchEndpoint();
      const since = instant("since", body.since);
      const until = instant("until", body.until);
      if (!since.ok) return problem("invalid_parameter", since.error);
      if (!until.ok) return problem("invalid_parameter", until.error);
      const range = { since: since.value ?? deps.clock.now(), until: until.value ?? null };
      const done = await out.sending.resendFailed(known.id, range, by);
      if (!done.ok) return refusedSending(done.error);
      return json({ status: "accepted", resent: done.value.resent }, 202);
    },
  });

const sendBody = Type.Object(
  { endpoint: text(128, "its id or name") },
  { additionalProperties: false },
);

const sendEvent = (out: Outgoing): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/events/{id}/send",
    scope: "admin",
    summary: "Send an event to one endpoint, whether it matches or not",
    query: noQuery,
    body: sendBody,
    answers: { 202: { description: "It is being sent", schema: SentView } },
    problems: ["not_found", "wrong_status"],
    handle: async ({ params, body, by }) => {
      const event = asEventId(params.id);
      if (event === null) return refusal("not_found", "event");
      const known = resolved(out.sending, body.endpoint);
      if (known === null) return noSuchEndpoint();
      const done = await out.sending.send(event, known.id, by);
      if (!done.ok) return refusedSending(done.error);
      return json({ status: "accepted", event, delivery: done.value.delivery }, 202);
    },
  });

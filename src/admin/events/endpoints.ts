import { problem } from "../../base/problems.ts";
import { Accepted, accepted, json, page } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { refusal } from "../refusals.ts";
import { listOf, noQuery, pageOf, reasonBody } from "../schemas.ts";
import { download } from "./download.ts";
import { toFilter } from "./filter.ts";
import { asEventId, findEvent, summaries, whyDetailWaits } from "./read.ts";
import { bodyQuery, EventSummary, EventView, eventsQuery } from "./schemas.ts";
import { eventView } from "./view.ts";

const SETTLED =
  "It is settled already, and only a pending event can be skipped; a replay processes it again.";
const UNREPLAYED =
  "It is pending still and will be processed anyway; or it was emitted or published, which no handler processes: resend its deliveries instead.";

export function eventEndpoints(deps: AdminDeps): readonly Endpoint[] {
  return [list(deps), show(deps), body(deps), replay(deps), skip(deps)];
}

const list = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/events",
    scope: "read",
    summary: "List events, newest first",
    query: eventsQuery,
    body: null,
    answers: { 200: { description: "A page of events", schema: listOf(EventSummary) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const filter = toFilter(query);
      if (!filter.ok) return problem("invalid_parameter", filter.error);
      const { rows, nextCursor } = await deps.reads.events(filter.value, pageOf(query));
      return page(await summaries(deps, rows, query.include === "data"), nextCursor);
    },
  });

const show = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/events/{id}",
    scope: "read",
    summary: "Show an event with its payload, headers, attempts and steps",
    query: noQuery,
    body: null,
    answers: { 200: { description: "The event", schema: EventView } },
    problems: ["not_found", "behind", "slow"],
    handle: async ({ params }) => {
      const event = await findEvent(deps, params.id);
      if (event === null) return refusal("not_found", "event");
      return json(eventView(event, await whyDetailWaits(deps, event), deps.settings().sources));
    },
  });

const body = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/events/{id}/body",
    scope: "read",
    summary: "Download an event's exact bytes",
    query: bodyQuery,
    body: null,
    answers: {
      200: {
        description: "The bytes; X-Original-Content-Type says what they were sent as",
        schema: null,
        mediaType: "application/octet-stream",
      },
    },
    problems: ["not_found", "body_gone", "behind", "slow"],
    handle: async ({ params, query }) => {
      const event = await findEvent(deps, params.id);
      if (event === null) return refusal("not_found", "event");
      const whole = query.of === "request";
      const bytes = whole ? await deps.reads.requestBody(event.id) : event.body;
      return bytes === null ? problem("body_gone") : download(event, bytes);
    },
  });

const replay = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/events/{id}/replay",
    scope: "admin",
    summary: "Process an event again, behind what waits in its connection",
    query: noQuery,
    body: reasonBody,
    answers: { 202: { description: "It waits for its turn", schema: Accepted } },
    problems: ["not_found", "wrong_status", "busy", "body_gone"],
    handle: async ({ params, by }) => {
      const id = asEventId(params.id);
      if (id === null) return refusal("not_found", "event");
      const done = await deps.operations.replay(id, by);
      if (done.ok) return accepted(202);
      return refusal(done.error, "event", UNREPLAYED);
    },
  });

const skip = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/events/{id}/skip",
    scope: "admin",
    summary: "Settle an event as skipped, without processing it",
    query: noQuery,
    body: reasonBody,
    answers: { 200: { description: "It is skipped", schema: Accepted } },
    problems: ["not_found", "wrong_status", "busy"],
    handle: async ({ params, body: { reason }, by }) => {
      const id = asEventId(params.id);
      if (id === null) return refusal("not_found", "event");
      const done = await deps.operations.skip(id, by, reason ?? null);
      return done.ok ? accepted() : refusal(done.error, "event", SETTLED);
    },
  });

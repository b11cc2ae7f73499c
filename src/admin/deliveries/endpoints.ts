import type { Static } from "@sinclair/typebox";
import { problem } from "../../base/problems.ts";
import { err, ok, type Result } from "../../base/result.ts";
import {
  type DeliveryFilter,
  type DeliveryId,
  endpointId,
  parseDeliveryId,
} from "../../journal/sending.ts";
import { Accepted, accepted, json, page } from "../answers.ts";
import type { Outgoing } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { refusedSending, resolved } from "../endpoints/resolve.ts";
import { instant } from "../events/filter.ts";
import { asEventId } from "../events/read.ts";
import { refusal } from "../refusals.ts";
import { listOf, noQuery, pageOf } from "../schemas.ts";
import { DeliveryDetailView, DeliveryView, deliveriesQuery } from "./schemas.ts";
import { deliveryDetailView, deliveryView } from "./view.ts";

/** What is owed, was sent, and what came of it. */
export function deliveryEndpoints(out: Outgoing): readonly Endpoint[] {
  return [list(out), show(out), resend(out)];
}

const list = (out: Outgoing): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/deliveries",
    scope: "read",
    summary: "List deliveries, newest first",
    query: deliveriesQuery,
    body: null,
    answers: { 200: { description: "A page of deliveries", schema: listOf(DeliveryView) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const filter = filterOf(out, query);
      if (!filter.ok) return problem("invalid_parameter", filter.error);
      const { rows, nextCursor } = await out.reads.deliveries(filter.value, pageOf(query));
      return page(
        rows.map((row) => deliveryView(row, out.sending)),
        nextCursor,
      );
    },
  });

/** A removed endpoint is found by its id; a name that nobody bears finds nothing. */
function filterOf(
  { sending }: Outgoing,
  given: Static<typeof deliveriesQuery>,
): Result<DeliveryFilter, string> {
  const since = instant("since", given.since);
  const until = instant("until", given.until);
  if (!since.ok) return since;
  if (!until.ok) return until;
  const event = given.event === undefined ? undefined : asEventId(given.event);
  if (event === null) return err('"event" must be an event\'s id, evt_….');
  const named = given.endpoint === undefined ? undefined : resolved(sending, given.endpoint)?.id;
  const id = given.endpoint === undefined ? undefined : (named ?? endpointId(given.endpoint));
  return ok({
    ...(id === undefined ? {} : { endpoint: id }),
    ...(event === undefined ? {} : { event }),
    ...(given.status === undefined ? {} : { status: given.status }),
    ...(since.value === undefined ? {} : { since: since.value }),
    ...(until.value === undefined ? {} : { until: until.value }),
  });
}

const asDeliveryId = (text: string): DeliveryId | null =>
  parseDeliveryId(text) === undefined ? null : (text as DeliveryId);

const show = ({ sending, reads }: Outgoing): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/deliveries/{id}",
    scope: "read",
    summary: "Show a delivery with every try: what was sent, what came back",
    query: noQuery,
    body: null,
    answers: { 200: { description: "The delivery", schema: DeliveryDetailView } },
    problems: ["not_found", "behind", "slow"],
    handle: async ({ params }) => {
      const id = asDeliveryId(params.id);
      const detail = id === null ? null : await reads.delivery(id);
      if (detail === null) return refusal("not_found", "delivery");
      return json(deliveryDetailView(detail, sending));
    },
  });

const resend = ({ sending }: Outgoing): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/deliveries/{id}/resend",
    scope: "admin",
    summary: "Send it again, at once; of one that waits, try now",
    query: noQuery,
    body: noQuery,
    answers: { 202: { description: "It is being sent", schema: Accepted } },
    problems: ["not_found", "wrong_status"],
    handle: async ({ params, by }) => {
      const id = asDeliveryId(params.id);
      if (id === null) return refusal("not_found", "delivery");
      const done = await sending.resend(id, by);
      return done.ok ? accepted(202) : refusedSending(done.error);
    },
  });

import type { Static } from "@sinclair/typebox";
import { readEndpoint, readEndpointPatch } from "../../config/endpoint.ts";
import type { EndpointId } from "../../journal/sending.ts";
import { json, page } from "../answers.ts";
import type { AdminDeps, Outgoing } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { listOf, noQuery, pageOf, shortListQuery } from "../schemas.ts";
import { faulty, rulesOf } from "./read.ts";
import { noSuchEndpoint, refusedSending, resolved } from "./resolve.ts";
import { EndpointView, endpointPatchBody, NewEndpointView, newEndpointBody } from "./schemas.ts";
import { endpointView } from "./view.ts";

/** Subscribers: listed, shown, made, changed, removed. `{id}` is an id or a name. */
export function endpointEndpoints(deps: AdminDeps, out: Outgoing): readonly Endpoint[] {
  return [list(out), show(out), create(deps, out), patch(deps, out), remove(out)];
}

const list = ({ sending, reads }: Outgoing): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/endpoints",
    scope: "read",
    summary: "List endpoints",
    query: shortListQuery,
    body: null,
    answers: { 200: { description: "A page of endpoints", schema: listOf(EndpointView) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const { rows, nextCursor } = await reads.endpoints(pageOf(query));
      const views = rows.flatMap((row) => {
        const known = sending.endpoint(row.id);
        return known === null ? [] : [endpointView(row, known)];
      });
      return page(views, nextCursor);
    },
  });

const show = (out: Outgoing): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/endpoints/{id}",
    scope: "read",
    summary: "Show an endpoint",
    query: noQuery,
    body: null,
    answers: { 200: { description: "The endpoint", schema: EndpointView } },
    problems: ["not_found", "behind", "slow"],
    handle: async ({ params: { id } }) => {
      const known = resolved(out.sending, id);
      const view = known === null ? null : await viewOf(out, known.id);
      return view === null ? noSuchEndpoint() : json(view);
    },
  });

/** The endpoint as it is now. Its row includes what was acknowledged before. */
async function viewOf({ sending, reads }: Outgoing, id: EndpointId): Promise<EndpointView | null> {
  const row = await reads.endpoint(id);
  const known = sending.endpoint(id);
  return row === null || known === null ? null : endpointView(row, known);
}

const create = (deps: AdminDeps, out: Outgoing): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/endpoints",
    scope: "admin",
    summary: "Register an endpoint; its secret is shown this once",
    query: noQuery,
    body: newEndpointBody,
    answers: { 201: { description: "The endpoint with its secret", schema: NewEndpointView } },
    problems: ["conflict", "behind", "slow"],
    handle: async ({ body, by }) => {
      const { name, ...given } = body;
      const read = readEndpoint(given, rulesOf(deps.settings()));
      if (!read.ok) return faulty(read.error);
      const made = await out.sending.create(name ?? freeName(deps, given), read.value, by);
      if (!made.ok) return refusedSending(made.error);
      const view = await viewOf(out, made.value.id);
      if (view === null) return noSuchEndpoint();
      const { secret } = made.value;
      return json({ ...view, secret }, 201, { location: `/v1/endpoints/${made.value.id}` });
    },
  });

/** A name that nobody thought of: the host that it is at, and what makes it the only one. */
function freeName({ random }: AdminDeps, { url }: Static<typeof newEndpointBody>): string {
  const host = URL.parse(url ?? "")?.hostname.replaceAll(/[^a-z0-9]+/gi, "-") ?? "";
  const plain = host.replaceAll(/^-+|-+$/g, "").slice(0, 48);
  return `${plain || "endpoint"}-${random.text(6)}`;
}

const patch = (deps: AdminDeps, out: Outgoing): Endpoint =>
  endpoint({
    method: "PATCH",
    path: "/v1/endpoints/{id}",
    scope: "admin",
    summary: "Change an endpoint: what is not given stays as it is",
    query: noQuery,
    body: endpointPatchBody,
    answers: { 200: { description: "The endpoint", schema: EndpointView } },
    problems: ["not_found", "configured", "conflict", "wrong_status", "behind", "slow"],
    handle: async ({ params: { id }, body, by }) => {
      const known = resolved(out.sending, id);
      if (known === null) return noSuchEndpoint();
      const read = readEndpointPatch(body, rulesOf(deps.settings()));
      if (!read.ok) return faulty(read.error);
      const done = await out.sending.patch(known.id, read.value, by);
      if (!done.ok) return refusedSending(done.error);
      const view = await viewOf(out, known.id);
      return view === null ? noSuchEndpoint() : json(view);
    },
  });

const remove = (out: Outgoing): Endpoint =>
  endpoint({
    method: "DELETE",
    path: "/v1/endpoints/{id}",
    scope: "admin",
    summary: "Remove an endpoint; what it is owed is cancelled",
    query: noQuery,
    body: null,
    answers: { 204: { description: "It is gone", schema: null } },
    problems: ["not_found", "configured", "wrong_status"],
    handle: async ({ params: { id }, by }) => {
      const known = resolved(out.sending, id);
      if (known === null) return noSuchEndpoint();
      const done = await out.sending.remove(known.id, by);
      return done.ok ? new Response(null, { status: 204 }) : refusedSending(done.error);
    },
  });

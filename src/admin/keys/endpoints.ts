import { type Static, Type } from "@sinclair/typebox";
import { problem } from "../../base/problems.ts";
import type { StoredKey } from "../../journal/facts.ts";
import { iso, json, pageOfAll } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { refusal } from "../refusals.ts";
import { listOf, Nullable, noQuery, shortListQuery, Time, text } from "../schemas.ts";

const SCOPES = Type.Array(
  Type.String({
    pattern: "^(admin|read|publish|pull:[A-Za-z0-9_.-]{1,64})$",
    examples: ["admin", "read", "publish", "pull:warehouse"],
  }),
  {
    minItems: 1,
    maxItems: 64,
    uniqueItems: true,
    allowed: "a list of different scopes: admin, read, publish, pull:<endpoint>",
  },
);

const fields = {
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  createdAt: Nullable(Time),
};

const KeyView = Type.Object(fields, { $id: "Key" });
export type KeyView = Static<typeof KeyView>;

/** The only answer that ever holds the secret. */
const NewKeyView = Type.Object(
  {
    ...fields,
    secret: Type.String({ pattern: "^lsk_[0-9a-z]{37}$", description: "shown this once" }),
  },
  { $id: "NewKey" },
);
export type NewKeyView = Static<typeof NewKeyView>;

const keyBody = Type.Object(
  { name: text(100, "for people: who uses it, and where"), scopes: SCOPES },
  { additionalProperties: false },
);

export function keyEndpoints(deps: AdminDeps): readonly Endpoint[] {
  return [list(deps), create(deps), revoke(deps)];
}

const list = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/keys",
    scope: "read",
    summary: "List keys, without their secrets",
    query: shortListQuery,
    body: null,
    answers: { 200: { description: "All keys that open something", schema: listOf(KeyView) } },
    problems: ["bad_cursor"],
    handle: ({ query }) => pageOfAll(deps.keys.list().map(keyView), query),
  });

const create = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/keys",
    scope: "admin",
    summary: "Make a key; its secret is shown this once",
    query: noQuery,
    body: keyBody,
    answers: { 201: { description: "The key with its secret", schema: NewKeyView } },
    problems: ["too_many_keys"],
    handle: async ({ body: { name, scopes }, by }) => {
      const made = await deps.keys.create(name, scopes, by);
      if (!made.ok) return problem(made.error);
      return json({ ...keyView(made.value.key), secret: made.value.secret }, 201);
    },
  });

const revoke = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "DELETE",
    path: "/v1/keys/{id}",
    scope: "admin",
    summary: "Revoke a key, at once and for good",
    query: noQuery,
    body: null,
    answers: { 204: { description: "It opens nothing any more", schema: null } },
    problems: ["not_found", "last_admin_key"],
    handle: async ({ params: { id }, by }) => {
      const done = await deps.keys.revoke(id, by);
      if (done.ok) return new Response(null, { status: 204 });
      return done.error === "not_found" ? refusal("not_found", "key") : problem(done.error);
    },
  });

const keyView = ({ id, name, scopes, createdAt }: StoredKey) => ({
  id,
  name,
  scopes,
  createdAt: iso(createdAt),
});

import { expect, test } from "bun:test";
import { KEYS_MAX, KeyRing } from "../../src/admin/auth/key-ring.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { StoredKey } from "../../src/journal/facts.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { adminDesk, problemOf } from "../support/admin.ts";
import { SimClock } from "../support/sim-clock.ts";

type NewKey = { id: string; secret: string; name: string; scopes: string[] };

test("a made key's secret is answered once, and kept nowhere", async () => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", "/v1/keys", { name: "ci", scopes: ["read"] });
  expect(answer.status).toBe(201);
  const { id, secret } = (await answer.json()) as NewKey;
  expect(secret).toMatch(/^lsk_[0-9a-z]{37}$/);
  expect(JSON.stringify(desk.facts)).not.toContain(secret);
  expect(JSON.stringify(desk.lines)).not.toContain(secret);
  expect(desk.facts).toMatchObject([
    { kind: "key_created", by: "key_environment", key: { id, name: "ci", scopes: ["read"] } },
  ]);
  const list = await desk.call("GET", "/v1/keys");
  const text = await list.text();
  expect(JSON.parse(text)).toMatchObject({ data: [{ id, name: "ci", scopes: ["read"] }] });
  expect(text).not.toContain(secret);
  expect(text).not.toContain("hash");
});

test("a key works from when it is made until it is revoked", async () => {
  const desk = await adminDesk();
  const made = await desk.call("POST", "/v1/keys", { name: "ci", scopes: ["read"] });
  const { id, secret } = (await made.json()) as NewKey;
  expect((await desk.call("GET", "/v1/keys", undefined, secret)).status).toBe(200);
  expect((await desk.call("DELETE", `/v1/keys/${id}`)).status).toBe(204);
  expect((await desk.call("GET", "/v1/keys", undefined, secret)).status).toBe(401);
  expect(desk.facts.at(-1)).toMatchObject({ kind: "key_revoked", id, by: "key_environment" });
  expect((await desk.call("DELETE", `/v1/keys/${id}`)).status).toBe(404);
});

test("a key that the journal did not take opens nothing", async () => {
  const desk = await adminDesk();
  desk.desk.refusal = new JournalRefused("disk_full", "no room");
  const answer = await desk.call("POST", "/v1/keys", { name: "ci", scopes: ["read"] });
  expect(answer.status).toBe(503);
  expect((await problemOf(answer)).code).toBe("disk_full");
  expect(desk.keys.list()).toEqual([]);
});

test("a revocation that the journal did not take leaves the key as it was", async () => {
  const desk = await adminDesk();
  const made = await desk.keys.create("ci", ["read"], "test");
  if (!made.ok) throw new Error(made.error);
  desk.desk.refusal = new JournalRefused("closed", "stopping");
  const answer = await desk.call("DELETE", `/v1/keys/${made.value.key.id}`);
  expect((await problemOf(answer)).code).toBe("draining");
  expect((await desk.call("GET", "/v1/keys", undefined, made.value.secret)).status).toBe(200);
});

test.each([
  [{}, '"name" is missing; "scopes" is missing'],
  [{ name: "a", scopes: [] }, '"scopes" must be a list of different scopes'],
  [{ name: "a", scopes: ["root"] }, '"scopes" must be a list of different scopes'],
  [{ name: "a", scopes: ["read", "read"] }, '"scopes" must be a list of different scopes'],
  [{ name: "", scopes: ["read"] }, '"name" must be text of 1 to 100 characters, not ""'],
  [{ name: "a", scope: ["read"] }, 'unknown field "scope": did you mean "scopes"?'],
])("a key is not made of %j", async (body, detail) => {
  const desk = await adminDesk();
  const problem = await problemOf(await desk.call("POST", "/v1/keys", body));
  expect(problem.detail).toContain(detail);
  expect(desk.facts).toEqual([]);
});

test("the last admin key is not revoked, also not by two who revoke each other's at once", async () => {
  const desk = await adminDesk({ fixedKey: null });
  const first = (await desk.keys.ensureFirstKey()) ?? "";
  const made = await desk.call("POST", "/v1/keys", { name: "b", scopes: ["admin"] }, first);
  const second = (await made.json()) as NewKey;
  const [firstId] = desk.keys.list().map(({ id }) => id);
  const answers = await Promise.all([
    desk.call("DELETE", `/v1/keys/${second.id}`, undefined, first),
    desk.call("DELETE", `/v1/keys/${firstId}`, undefined, second.secret),
  ]);
  expect(answers[0]?.status).toBe(204);
  expect([401, 409]).toContain(answers[1]?.status ?? 0);
  expect(desk.keys.list()).toHaveLength(1);
  const last = await desk.call("DELETE", `/v1/keys/${firstId}`, undefined, first);
  expect((await problemOf(last)).code).toBe("last_admin_key");
});

function ring(stored: readonly StoredKey[], fixedKey: string | null = null): KeyRing {
  return new KeyRing({
    reads: { keys: async () => stored },
    journal: { record: async () => 1 as never },
    clock: new SimClock(),
    random: seededRandom(2),
    fixedKey,
  });
}

const stored = (id: string, scopes: string[], hash = "0".repeat(64)): StoredKey => ({
  id,
  name: id,
  hash,
  scopes,
  createdAt: 0,
});

test("the first start makes one admin key, and a later one none", async () => {
  const keys = ring([]);
  await keys.load();
  const secret = await keys.ensureFirstKey();
  expect(keys.find(secret ?? "")).toMatchObject({ scopes: ["admin"] });
  expect(await keys.ensureFirstKey()).toBeNull();
  const again = ring(keys.list());
  await again.load();
  expect(await again.ensureFirstKey()).toBeNull();
  expect(again.find(secret ?? "")).toMatchObject({ scopes: ["admin"] });
});

test("a start makes an admin key where the keys that are left cannot make one", async () => {
  const keys = ring([stored("key_a", ["read"])]);
  await keys.load();
  expect(await keys.ensureFirstKey()).toStartWith("lsk_");
});

test("a fixed key needs no first one beside it, and an empty one is none", async () => {
  expect(await ring([], "fixed").ensureFirstKey()).toBeNull();
  const keys = ring([], "");
  expect(keys.find("")).toBeNull();
  expect(await keys.ensureFirstKey()).toStartWith("lsk_");
});

test("a stored key whose hash is damaged opens nothing and harms no other", async () => {
  const keys = ring([stored("key_a", ["admin"], "00"), stored("key_b", ["admin"])]);
  await keys.load();
  expect(keys.list().map(({ id }) => id)).toEqual(["key_b"]);
  expect(keys.find("anything")).toBeNull();
});

test("there are never more keys than can be compared at each request", async () => {
  const keys = ring(Array.from({ length: KEYS_MAX - 1 }, (_, at) => stored(`key_${at}`, ["read"])));
  await keys.load();
  const made = await Promise.all([
    keys.create("a", ["read"], "test"),
    keys.create("b", ["read"], "test"),
  ]);
  expect(made.map(({ ok }) => ok)).toEqual([true, false]);
});

test("keys come whole, or in pages that survive the revocation of others", async () => {
  const desk = await adminDesk();
  for (const name of ["a", "b", "c"]) await desk.keys.create(name, ["read"], "test");
  type Listed = { data: { id: string; name: string }[]; nextCursor: string | null };
  const read = async (query: string): Promise<Listed> =>
    (await (await desk.call("GET", `/v1/keys${query}`)).json()) as Listed;
  expect((await read("")).data.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  const first = await read("?limit=2");
  expect(first.data.map(({ name }) => name)).toEqual(["a", "b"]);
  await desk.keys.revoke(first.data[0]?.id ?? "", "test");
  const rest = await read(`?limit=2&cursor=${first.nextCursor}`);
  expect([rest.data.map(({ name }) => name), rest.nextCursor]).toEqual([["c"], null]);
  const answer = await desk.call("GET", "/v1/keys?cursor=key_none");
  expect((await problemOf(answer)).code).toBe("bad_cursor");
});

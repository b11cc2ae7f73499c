import { afterEach, beforeEach, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit.ts";
import { type FakeApi, fakeApi, page, problem } from "./fake-api.ts";
import { terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

const at = () => terminal({ env: { LONGSTOP_URL: api.url } });
const key = {
  id: "key_1",
  name: "ci",
  scopes: ["read", "publish"],
  createdAt: "2026-03-01T11:57:00.000Z",
};

test("keys are listed whole, without asking for pages", async () => {
  api.on("GET /v1/keys", page([key]));
  const pipe = at();
  expect(await pipe.run("keys")).toBe(EXIT.OK);
  expect(api.seen[0]?.path).toBe("/v1/keys");
  expect(pipe.stdout()).toContain("read, publish");
});

test("a new key's secret is alone on stdout", async () => {
  api.on("POST /v1/keys", { ...key, secret: "lsk_secret" });
  const pipe = at();
  expect(
    await pipe.run("keys", "create", "--name", "ci", "--scope", "read", "--scope", "publish"),
  ).toBe(EXIT.OK);
  expect(api.seen[0]?.body).toEqual({ name: "ci", scopes: ["read", "publish"] });
  expect(pipe.stdout()).toBe("lsk_secret\n");
  expect(pipe.stderr()).toContain("key_1");
});

test("a key can read and no more unless said otherwise", async () => {
  api.on("POST /v1/keys", { ...key, secret: "lsk_secret" });
  await at().run("keys", "create", "--name", "ci");
  expect(api.seen[0]?.body).toEqual({ name: "ci", scopes: ["read"] });
});

test("a key without a name or with an unknown scope is not asked for", async () => {
  expect(await at().run("keys", "create")).toBe(EXIT.USAGE);
  expect(await at().run("keys", "create", "--name", "x", "--scope", "root")).toBe(EXIT.USAGE);
  expect(api.seen).toHaveLength(0);
});

test("a key is revoked; the last that may do everything is not", async () => {
  api.on("DELETE /v1/keys/key_1", new Response(null, { status: 204 }));
  api.on("DELETE /v1/keys/key_2", problem(409, "last_admin_key", "It is the last one."));
  const pipe = at();
  expect(await pipe.run("keys", "revoke", "key_1", "--json")).toBe(EXIT.OK);
  expect(JSON.parse(pipe.stdout())).toEqual({ id: "key_1", revoked: true });
  expect(await pipe.run("keys", "revoke", "key_2")).toBe(EXIT.CONFLICT);
});

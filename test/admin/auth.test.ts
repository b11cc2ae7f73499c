import { expect, test } from "bun:test";
import { judgeLocal } from "../../src/admin/auth/local.ts";
import { FAILURE_FORGIVEN_MS, FAILURES_BURST } from "../../src/admin/auth/slowdown.ts";
import type { Scope } from "../../src/admin/endpoint.ts";
import { adminEndpoints } from "../../src/admin/routes.ts";
import { adminDesk, type Desk, FIXED_KEY, problemOf } from "../support/admin.ts";

/** Every operation, with names filled in that lead to nothing. */
async function operations(): Promise<{ method: string; path: string; scope: string }[]> {
  return adminEndpoints(await adminDesk()).map(({ method, path, scope }) => ({
    method,
    path: path.replace("endpoints/{id}", "endpoints/shop").replaceAll(/\{\w+\}/g, "none"),
    scope,
  }));
}

async function keyWith(desk: Desk, ...scopes: string[]): Promise<string> {
  const made = await desk.keys.create("test", scopes, "test");
  if (!made.ok) throw new Error(made.error);
  return made.value.secret;
}

/** What each holder gets where an endpoint needs a scope: let in, or the refusal. */
const MATRIX = [
  { holder: "nobody", open: "in", read: 401, publish: 401, pull: 401, admin: 401 },
  { holder: "wrong", open: "in", read: 401, publish: 401, pull: 401, admin: 401 },
  { holder: "revoked", open: "in", read: 401, publish: 401, pull: 401, admin: 401 },
  { holder: "publish", open: "in", read: 403, publish: "in", pull: 403, admin: 403 },
  { holder: "pull:shop", open: "in", read: 403, publish: 403, pull: "in", admin: 403 },
  { holder: "pull:ep_shop1", open: "in", read: 403, publish: 403, pull: "in", admin: 403 },
  { holder: "pull:other", open: "in", read: 403, publish: 403, pull: 403, admin: 403 },
  { holder: "read", open: "in", read: "in", publish: 403, pull: 403, admin: 403 },
  { holder: "admin", open: "in", read: "in", publish: "in", pull: "in", admin: "in" },
  { holder: "environment", open: "in", read: "in", publish: "in", pull: "in", admin: "in" },
] as const;

test.each(MATRIX)("every operation lets in whom it should: $holder", async (row) => {
  for (const { method, path, scope } of await operations()) {
    const desk = await adminDesk();
    const answer = await desk.call(method, path, undefined, await secretOf(desk, row.holder));
    const wanted = scope === "public" ? "in" : row[scope as Exclude<Scope, "public">];
    const got = [401, 403].includes(answer.status) ? answer.status : "in";
    expect(`${method} ${path}: ${got}`).toBe(`${method} ${path}: ${wanted}`);
    if (got === "in") continue;
    const { operations: does, outgoing, recovering } = desk;
    expect([...does.calls, ...outgoing.calls, ...recovering.calls]).toEqual([]);
  }
});

async function secretOf(desk: Desk, holder: string): Promise<string | null> {
  if (holder === "nobody") return null;
  if (holder === "environment") return FIXED_KEY;
  if (holder === "wrong") return "lsk_wrong";
  if (holder !== "revoked") return keyWith(desk, holder);
  const secret = await keyWith(desk, "admin");
  const id = desk.keys.find(secret)?.id ?? "";
  await desk.keys.revoke(id, "test");
  return secret;
}

test("who has no key is told how to send one", async () => {
  const answer = await (await adminDesk()).send("/v1/events");
  expect(answer.status).toBe(401);
  expect(answer.headers.get("www-authenticate")).toContain("Bearer");
  expect((await problemOf(answer)).code).toBe("unauthorized");
});

test.each(["Basic Zml4ZWQ=", "Bearer", "Bearer ", FIXED_KEY, `Bearer ${FIXED_KEY} x`])(
  "a header that is no bearer key opens nothing: %s",
  async (authorization) => {
    const answer = await (await adminDesk()).send("/v1/events", { headers: { authorization } });
    expect(answer.status).toBe(401);
  },
);

test("who fails too often is slowed, and believed again after a while", async () => {
  const desk = await adminDesk();
  for (let slip = 0; slip < FAILURES_BURST; slip++) {
    expect((await desk.call("GET", "/v1/events", undefined, "lsk_no")).status).toBe(401);
  }
  const slowed = await desk.call("GET", "/v1/events", undefined, "lsk_no");
  expect(slowed.status).toBe(429);
  expect(slowed.headers.get("retry-after")).toBe("1");
  expect((await desk.call("GET", "/v1/events")).status).toBe(429);
  await desk.clock.advance(FAILURE_FORGIVEN_MS + 1);
  expect((await desk.call("GET", "/v1/events")).status).toBe(200);
});

test("a made key opens at any time, also where somebody else is guessing", async () => {
  const desk = await adminDesk();
  const secret = await keyWith(desk, "read");
  for (let slip = 0; slip <= FAILURES_BURST; slip++) {
    await desk.call("GET", "/v1/events", undefined, "lsk_no");
  }
  expect((await desk.call("GET", "/v1/events", undefined, secret)).status).toBe(200);
});

test("on an address shared with receiving, only the health of the process is told without a login", async () => {
  const desk = await adminDesk({ publicAddress: { host: "127.0.0.1", port: 8081 } });
  for (const path of ["/", "/openapi", "/openapi.json", "/readyz", "/v1/events", "/unknown"]) {
    expect([path, (await desk.send(path)).status]).toEqual([path, 401]);
  }
  expect((await desk.send("/healthz")).status).toBe(200);
  expect((await desk.call("GET", "/readyz")).status).toBe(200);
  expect((await desk.call("GET", "/unknown")).status).toBe(404);
});

const local = (headers: Record<string, string> = {}, url = "http://localhost:8081/v1/events") =>
  new Request(url, { headers });

test.each([
  ["local", "127.0.0.1", local()],
  ["local", "::1", local({ host: "[::1]:8081" })],
  ["local", "::ffff:127.0.0.1", local({ "sec-fetch-site": "same-origin" })],
  ["local", "127.0.0.1", local({ "sec-fetch-site": "none" })],
  ["local", "127.0.0.1", local({ host: "localhost:8081", origin: "http://localhost:8081" })],
  ["elsewhere", "203.0.113.9", local()],
  ["elsewhere", "1127.0.0.1", local()],
  ["elsewhere", null, local()],
  ["elsewhere", "127.0.0.1", local({ "x-forwarded-for": "203.0.113.9" })],
  ["foreign_host", "127.0.0.1", local({ host: "evil.example:8081" })],
  ["foreign_host", "127.0.0.1", local({ host: "localhost.evil.example" })],
  ["foreign_host", "127.0.0.1", local({}, "http://evil.example/v1/events")],
  ["cross_site", "127.0.0.1", local({ "sec-fetch-site": "cross-site" })],
  ["cross_site", "127.0.0.1", local({ "sec-fetch-site": "same-site" })],
  ["cross_site", "127.0.0.1", local({ origin: "http://evil.example" })],
  ["cross_site", "127.0.0.1", local({ origin: "null" })],
  ["cross_site", "127.0.0.1", local({ host: "localhost:8081", origin: "http://localhost:3000" })],
] as const)("in development a caller is judged %s by %s", (verdict, peer, request) => {
  expect(judgeLocal(request, peer)).toBe(verdict);
});

test("in development the person at this machine needs no key, and a page of another site gets nothing", async () => {
  const desk = await adminDesk({ development: true, fixedKey: null });
  desk.app.listen({ hostname: "127.0.0.1", port: 0, reusePort: false });
  try {
    const url = `http://127.0.0.1:${desk.app.server?.port}/v1/connections/bank/c1/pause`;
    const own = await fetch(url, { method: "POST" });
    expect(own.status).toBe(200);
    expect(desk.operations.calls).toEqual([
      ["pause", { source: "bank", key: "c1" }, "developer", null],
    ]);
    const foreign = await fetch(url, {
      method: "POST",
      headers: { origin: "http://evil.example" },
    });
    expect(foreign.status).toBe(403);
    expect(desk.operations.calls).toHaveLength(1);
  } finally {
    await desk.app.stop(true);
  }
});

test("outside development this machine needs a key like any other", async () => {
  const desk = await adminDesk();
  desk.app.listen({ hostname: "127.0.0.1", port: 0, reusePort: false });
  try {
    const answer = await fetch(`http://127.0.0.1:${desk.app.server?.port}/v1/events`);
    expect(answer.status).toBe(401);
  } finally {
    await desk.app.stop(true);
  }
});

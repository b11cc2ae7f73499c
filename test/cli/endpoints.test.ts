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
const shop = {
  id: "ep_1",
  name: "shop",
  origin: "api",
  url: "https://shop.example.com/hook",
  types: ["order.*"],
  status: "enabled",
  statusReason: null,
  failingSince: null,
  lastDeliveryAt: null,
  pending: 3,
  delivered: 5,
  failed: 1,
  activity: { state: "resting", detail: "It rests until 10:00." },
  keys: [{ version: "v1", fingerprint: "01234567", publicKey: null, until: null }],
  headers: ["x-tenant"],
  filter: null,
};

test("endpoints are listed with what they are owed; a failing one says so", async () => {
  const failing = { ...shop, name: "old", failingSince: "2026-03-01T11:57:00.000Z" };
  const disabled = { ...shop, name: "gone", status: "disabled", statusReason: "It answered 410." };
  api.on("GET /v1/endpoints", page([shop, failing, disabled]));
  const pipe = at();
  expect(await pipe.run("endpoints")).toBe(EXIT.OK);
  const lines = pipe.stdout().split("\n");
  expect(lines[1]).toMatch(/shop +ep_1 +enabled +3/);
  expect(lines[2]).toContain("enabled, failing");
  expect(lines[3]).toContain("It answered 410.");
});

test("one endpoint is shown by its name", async () => {
  api.on("GET /v1/endpoints/shop", shop);
  const pipe = at();
  expect(await pipe.run("endpoints", "show", "shop")).toBe(EXIT.OK);
  expect(pipe.stdout()).toContain("It rests until 10:00.");
  expect(pipe.stdout()).toContain("v1 01234567");
  expect(await pipe.run("endpoints", "show", "none")).toBe(EXIT.NOT_FOUND);
});

test("registering sends what was given, and puts the secret alone on stdout", async () => {
  api.on("POST /v1/endpoints", { ...shop, secret: "whsec_x" });
  const pipe = at();
  const line = [
    "endpoints create https://shop.example.com/hook --name shop --type order.* --type invoice.*",
    "--timeout 2s --concurrency 4 --strategy push --order connection --rate-limit 10/s --confirm 5m",
  ].join(" ");
  const more = ["--filter", '{"a":1}', "--header", "x-tenant: a:b", "--auth", '{"bearer":"t"}'];
  expect(await pipe.run(...line.split(" "), ...more)).toBe(EXIT.OK);
  expect(api.seen[0]?.body).toEqual({
    url: "https://shop.example.com/hook",
    name: "shop",
    types: ["order.*", "invoice.*"],
    timeout: "2s",
    concurrency: 4,
    strategy: "push",
    order: "connection",
    rateLimit: "10/s",
    confirm: "5m",
    filter: { a: 1 },
    headers: { "x-tenant": "a:b" },
    auth: { bearer: "t" },
  });
  expect(pipe.stdout()).toBe("whsec_x\n");
});

test("what cannot be meant is not asked for", async () => {
  for (const args of [
    ["create"],
    ["create", "https://x.example", "--filter", "{"],
    ["create", "https://x.example", "--header", "nonsense"],
    ["create", "https://x.example", "--strategy", "pish"],
    ["update", "shop"],
    ["resend", "shop"],
    ["rotate-secret"],
  ]) {
    expect(await at().run("endpoints", ...args)).toBe(EXIT.USAGE);
  }
  expect(api.seen).toEqual([]);
});

test("a change sends what is to become different and nothing else", async () => {
  api.on("PATCH /v1/endpoints/shop", shop);
  const pipe = at();
  expect(
    await pipe.run("endpoints", "update", "shop", "--to", "https://x.example", "--filter", "null"),
  ).toBe(EXIT.OK);
  expect(api.seen[0]).toMatchObject({
    method: "PATCH",
    body: { url: "https://x.example", filter: null },
  });
  api.on("PATCH /v1/endpoints/wh", problem(409, "configured", "Change it in the file."));
  expect(await pipe.run("endpoints", "update", "wh", "--timeout", "1s")).toBe(EXIT.CONFLICT);
  expect(pipe.stderr()).toContain("Change it in the file.");
});

test("removing asks first, and goes on with --yes", async () => {
  api.on("GET /v1/endpoints/shop", shop);
  api.on("DELETE /v1/endpoints/shop", new Response(null, { status: 204 }));
  expect(await at().run("endpoints", "delete", "shop")).toBe(EXIT.USAGE);
  expect(api.seen.map(({ method }) => method)).toEqual(["GET"]);
  expect(await at().run("endpoints", "delete", "shop", "--yes")).toBe(EXIT.OK);
  expect(api.seen.at(-1)?.method).toBe("DELETE");
});

test("a rotated secret is alone on stdout, with the end of the old one beside it", async () => {
  const until = "2026-03-01T11:57:00.000Z";
  api.on("POST /v1/endpoints/shop/rotate-secret", { secret: "whsec_y", previousUntil: until });
  const pipe = at();
  expect(await pipe.run("endpoints", "rotate-secret", "shop", "--overlap", "7d")).toBe(EXIT.OK);
  expect(api.seen[0]?.body).toEqual({ overlap: "7d" });
  expect(pipe.stdout()).toBe("whsec_y\n");
  expect(pipe.stderr()).toContain(until);
});

test.each(["enable", "disable", "pause", "resume"])("%s is done", async (verb) => {
  api.on(`POST /v1/endpoints/shop/${verb}`, { status: "accepted" });
  expect(await at().run("endpoints", verb, "shop")).toBe(EXIT.OK);
  expect(api.seen[0]?.path).toBe(`/v1/endpoints/shop/${verb}`);
});

test("deliveries are filtered, and one is shown with every try", async () => {
  const row = {
    id: "dlv_1_2",
    endpoint: "ep_1",
    endpointName: "shop",
    type: "order.paid",
    status: "failed",
    attempts: 2,
    responseStatus: 500,
    error: { code: "x", message: "It answered 500." },
  };
  api.on("GET /v1/deliveries", page([row]));
  api.on("GET /v1/deliveries/dlv_1_2", {
    ...row,
    attemptLog: [
      { attempt: 1, outcome: "retry", durationMs: 4, response: { status: 500, body: "oops" } },
    ],
  });
  const pipe = at();
  expect(await pipe.run("endpoints", "deliveries", "shop", "--status", "failed")).toBe(EXIT.OK);
  expect(api.seen[0]?.path).toContain("endpoint=shop");
  expect(api.seen[0]?.path).toContain("status=failed");
  expect(pipe.stdout()).toContain("It answered 500.");
  expect(await pipe.run("endpoints", "deliveries", "--id", "dlv_1_2")).toBe(EXIT.OK);
  expect(pipe.stdout()).toContain("oops");
});

test("one delivery is sent again by its id, or all that failed since", async () => {
  api.on("POST /v1/deliveries/dlv_1_2/resend", { status: "accepted" });
  api.on("POST /v1/endpoints/shop/resend", { status: "accepted", resent: 2 });
  const pipe = at();
  expect(await pipe.run("endpoints", "resend", "dlv_1_2")).toBe(EXIT.OK);
  expect(await pipe.run("endpoints", "resend", "shop", "--since", "24h")).toBe(EXIT.OK);
  expect(api.seen[1]?.body).toMatchObject({ status: "failed", since: expect.any(String) });
  expect(pipe.stderr()).toContain("2 failed deliveries");
});

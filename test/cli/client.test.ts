import { afterEach, beforeEach, expect, test } from "bun:test";
import { err, ok } from "../../src/base/result.ts";
import { EXIT } from "../../src/cli/exit.ts";
import type { Settings } from "../../src/config/settings.ts";
import { type FakeApi, fakeApi, page, problem } from "./fake-api.ts";
import { terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

const answering = (response: Response) => {
  api.on("GET /v1/events", response);
  return terminal({ env: { LONGSTOP_URL: api.url } });
};

const REFUSALS: readonly [status: number, code: string, exit: number, said: RegExp][] = [
  [400, "invalid_parameter", EXIT.USAGE, /the detail/],
  [401, "unauthorized", EXIT.UNAUTHORISED, /LONGSTOP_ADMIN_KEY.*keys create/],
  [403, "forbidden", EXIT.UNAUTHORISED, /wider scope/],
  [404, "not_found", EXIT.NOT_FOUND, /the detail/],
  [409, "busy", EXIT.CONFLICT, /the detail/],
  [410, "body_gone", EXIT.CONFLICT, /the detail/],
  [429, "too_many_requests", EXIT.UNAVAILABLE, /Try again in 7 s/],
  [500, "internal_error", EXIT.UNAVAILABLE, /the detail/],
  [503, "behind", EXIT.UNAVAILABLE, /Try again in 7 s/],
];
for (const [status, code, exit, said] of REFUSALS) {
  test(`a ${status} ends with exit code ${exit}, the server's words and a next step`, async () => {
    const pipe = answering(problem(status, code, "the detail", { "retry-after": "7" }));
    expect(await pipe.run("events")).toBe(exit);
    expect(pipe.stderr()).toContain("error: the detail");
    expect(pipe.stderr()).toMatch(said);
    expect(pipe.stdout()).toBe("");
  });

  test(`a ${status} under --json is one object on stderr and nothing on stdout`, async () => {
    const pipe = answering(problem(status, code, "the detail"));
    expect(await pipe.run("events", "--json")).toBe(exit);
    expect(JSON.parse(pipe.stderr()).error).toMatchObject({ exit, code, message: "the detail" });
    expect(pipe.stdout()).toBe("");
  });
}

test("no server is exit code 3 and says how to start one", async () => {
  const gone = api.url;
  api.stop();
  const pipe = terminal({ env: { LONGSTOP_URL: gone } });
  expect(await pipe.run("events")).toBe(EXIT.UNREACHABLE);
  expect(pipe.stderr()).toContain(
    `cannot reach a Longstop server at ${gone} (from LONGSTOP_URL): nothing listens there`,
  );
  expect(pipe.stderr()).toContain("longstop serve");
});

test("a server that never answers is exit code 3 after 30 seconds", async () => {
  const silent = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Promise<Response>(() => {}),
  });
  const pipe = terminal({ env: { LONGSTOP_URL: `http://127.0.0.1:${silent.port}` } });
  const ended = pipe.run("events");
  while (!pipe.clock.sleeping(30_000)) await new Promise((resolve) => setImmediate(resolve));
  pipe.clock.step(30_000);
  expect(await ended).toBe(EXIT.UNREACHABLE);
  expect(pipe.stderr()).toContain("no answer within 30 s");
  silent.stop(true);
});

test("what is no Longstop is told apart: a page, a list, a bare 404, a redirect", async () => {
  for (const response of [
    new Response("<html>"),
    Response.json([1]),
    new Response("nope", { status: 404 }),
    new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
  ]) {
    const pipe = answering(response);
    expect(await pipe.run("events")).toBe(EXIT.FAILED);
    expect(pipe.stderr()).toContain("does not speak Longstop's API");
  }
});

test("a server's hostile error text cannot act on the terminal", async () => {
  const pipe = answering(problem(409, "x", "\u001b[2Jboom\u0007"));
  await pipe.run("events");
  expect(pipe.stderr()).toContain("␛[2Jboom␇");
  const json = answering(problem(409, "x", "\u009b2J\u202e"));
  await json.run("events", "--json");
  expect(json.stderr()).not.toMatch(/[\u009b\u202e]/);
});

test("the key goes as a bearer token: --key before LONGSTOP_ADMIN_KEY", async () => {
  api.on("GET /v1/events", page([]));
  const pipe = terminal({ env: { LONGSTOP_URL: api.url, LONGSTOP_ADMIN_KEY: "lsk_env\n" } });
  await pipe.run("events");
  await pipe.run("events", "--key", "lsk_option");
  await pipe.run("--key", "lsk_before", "events");
  expect(api.seen.map(({ key }) => key)).toEqual([
    "Bearer lsk_env",
    "Bearer lsk_option",
    "Bearer lsk_before",
  ]);
});

test("a key that no header can hold is refused without being shown", async () => {
  const pipe = terminal({ env: { LONGSTOP_URL: api.url } });
  expect(await pipe.run("events", "--key", "se\ncret")).toBe(EXIT.USAGE);
  expect(pipe.stderr()).not.toContain("cret");
});

const settingsAt = (host: string, port: number): Settings => ({
  configPath: "/c.ts",
  listen: { public: { host, port: 1 }, admin: { host, port } },
  publicUrl: null,
  dataDir: "/d",
  sources: {},
  endpoints: {},
  network: { allowPrivate: [] },
  handlers: { hosts: 1, memoryBytesMax: 1 },
  dedupeMs: 1,
  development: false,
});

test("the address is --url, else LONGSTOP_URL, else the configuration's admin address", async () => {
  api.on("GET /v1/events", page([]));
  const port = Number(new URL(api.url).port);
  const loadSettings = async () => ok({ settings: settingsAt("0.0.0.0", port), warnings: [] });
  expect(await terminal({ deps: { loadSettings } }).run("events")).toBe(EXIT.OK);
  const wrong = { LONGSTOP_URL: "http://127.0.0.1:1" };
  expect(await terminal({ env: wrong, deps: { loadSettings } }).run("events")).toBe(
    EXIT.UNREACHABLE,
  );
  expect(
    await terminal({ env: wrong, deps: { loadSettings } }).run(
      "events",
      "--url",
      `127.0.0.1:${port}`,
    ),
  ).toBe(EXIT.OK);
});

test("a configuration with faults does not stand in the way of looking", async () => {
  const pipe = terminal({
    deps: {
      loadSettings: async () => err([{ path: "", given: null, allowed: "", message: "bad" }]),
    },
  });
  pipe.run("events");
  const code = await pipe.run("events", "--url", api.url);
  expect(code).toBe(EXIT.NOT_FOUND);
});

test("an address with a path in front, a query or another scheme: only the first is one", async () => {
  api.on("GET /behind/proxy/v1/events", page([]));
  const pipe = terminal();
  expect(await pipe.run("events", "--url", `${api.url}/behind/proxy/`)).toBe(EXIT.OK);
  for (const bad of ["ftp://x", "http://a b", `${api.url}/?x=1`, "http://user:pw@127.0.0.1"]) {
    expect(await pipe.run("events", "--url", bad)).toBe(EXIT.USAGE);
  }
});

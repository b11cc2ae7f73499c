import { afterEach, beforeEach, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit.ts";
import { type FakeApi, fakeApi, problem } from "./fake-api.ts";
import { terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

test("health is 0 when the server answers", async () => {
  api.on("GET /healthz", { status: "ok" });
  const pipe = terminal();

  expect(await pipe.run("health", "--url", api.url)).toBe(EXIT.OK);
  expect(pipe.stdout()).toBe("ok\n");
});

test("health is 3 when nobody answers", async () => {
  const url = api.url;
  api.stop();

  expect(await terminal().run("health", "--url", url)).toBe(EXIT.UNREACHABLE);
});

test("health --ready is 7 when the server is alive and takes no requests", async () => {
  api.on("GET /healthz", { status: "ok" });
  api.on("GET /readyz", problem(503, "not_ready", "recovering"));

  expect(await terminal().run("health", "--ready", "--url", api.url)).toBe(EXIT.UNAVAILABLE);
  expect(await terminal().run("health", "--url", api.url)).toBe(EXIT.OK);
});

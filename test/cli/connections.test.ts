import { afterEach, beforeEach, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit.ts";
import { type FakeApi, fakeApi, page, problem } from "./fake-api.ts";
import { terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

const person = () => terminal({ columns: 80, env: { LONGSTOP_URL: api.url, NO_COLOR: "1" } });

const connection = (fields = {}) => ({
  source: "bank",
  key: "4711",
  status: "halted",
  statusReason: "6 restarts in 60 s",
  state: { balance: 12 },
  mailboxDepth: 1234,
  lastEventAt: "2026-03-01T11:57:00.000Z",
  expectBy: null,
  waitingFor: "Halted after 6 restarts: resume it once the handler is mended.",
  restarts: 6,
  head: { id: "evt_0000000001abcd", attempts: 3, nextAttemptAt: null },
  ...fields,
});

test("connections are listed with what waits and why", async () => {
  api.on(
    "GET /v1/connections",
    page([
      connection(),
      connection({
        key: "0815",
        status: "active",
        mailboxDepth: 0,
        waitingFor: null,
        statusReason: null,
        restarts: 0,
      }),
    ]),
  );
  const at = person();

  expect(await at.run("connections", "--source", "bank", "--status", "halted", "--q", "47")).toBe(
    EXIT.OK,
  );

  expect(api.seen[0]?.path).toBe("/v1/connections?source=bank&status=halted&q=47&limit=50");
  expect(at.stdout()).toContain("■ halted");
  expect(at.stdout()).toContain("1,234");
  expect(at.stdout()).toContain("● active");
});

test("show tells state, depth and reason, and --json the answer itself", async () => {
  api.on("GET /v1/connections/bank/4711", connection());
  const at = person();

  expect(await at.run("connections", "show", "bank", "4711")).toBe(EXIT.OK);
  expect(at.stdout()).toContain("Why it waits:  Halted after 6 restarts");
  expect(at.stdout()).toContain('"balance": 12');

  const json = person();
  await json.run("connections", "show", "bank", "4711", "--json");
  expect(JSON.parse(json.stdout())).toEqual(connection());
});

for (const action of ["pause", "resume", "retry", "skip-head", "park-head"]) {
  test(`${action} is posted to the connection`, async () => {
    api.on(`POST /v1/connections/bank/4711/${action}`, {});
    const at = person();
    expect(await at.run("connections", action, "bank", "4711")).toBe(EXIT.OK);
    expect(at.stderr()).toContain("bank 4711");
  });

  test(`${action} of an unknown connection is exit code 5`, async () => {
    api.on(
      `POST /v1/connections/bank/4711/${action}`,
      problem(404, "not_found", "There is no such connection."),
    );
    expect(await person().run("connections", action, "bank", "4711")).toBe(EXIT.NOT_FOUND);
  });
}

test("a pause carries its reason", async () => {
  api.on("POST /v1/connections/bank/4711/pause", {});
  await person().run("connections", "pause", "bank", "4711", "--reason", "migrating");
  expect(api.seen[0]?.body).toEqual({ reason: "migrating" });
});

test("a key of any characters reaches the server as one part of the path", async () => {
  for (const key of ["a/b", "100%", "a b?c#d", "日本", "..a", "%2e%2e", "a\\b", "é\u0301"]) {
    await person().run("connections", "show", "bank", key);
    const part = api.seen.at(-1)?.path.split("/").slice(4) ?? [];
    expect(part).toHaveLength(1);
    expect(decodeURIComponent(part[0] ?? "")).toBe(key);
  }
});

test("a key that begins with a dash is given behind two", async () => {
  await person().run("connections", "show", "bank", "--", "-1");
  expect(api.seen[0]?.path).toBe("/v1/connections/bank/-1");
});

test("a key that no address can hold is refused before anything is asked", async () => {
  for (const key of ["..", ".", ""])
    expect(await person().run("connections", "pause", "bank", key)).toBe(EXIT.USAGE);
  expect(api.seen).toHaveLength(0);
});

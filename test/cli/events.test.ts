import { afterEach, beforeEach, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit.ts";
import { widthOf } from "../../src/cli/text.ts";
import { event, type FakeApi, fakeApi, page } from "./fake-api.ts";
import { terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

const at = (columns: number | null = 80, extra = {}) =>
  terminal({ columns, env: { LONGSTOP_URL: api.url, NO_COLOR: "1" }, ...extra });

test("events are a table that fits 80 columns, with relative times", async () => {
  api.on(
    "GET /v1/events",
    page([
      event(),
      event({
        id: "evt_0000000002abcd",
        status: "pending",
        waitingFor: "Its third attempt is at 12:00:04, after: TypeError: x is not a function",
        settledAt: null,
      }),
      event({
        id: "evt_0000000003abcd",
        status: "failed",
        connection: null,
        error: { code: "threw", message: "boom" },
      }),
    ]),
  );
  const person = at();

  expect(await person.run("events")).toBe(EXIT.OK);

  const lines = person.stdout().trimEnd().split("\n");
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
  expect(lines[0]).toMatch(/^ID +STATUS +SOURCE +TYPE +KEY +WHEN +NOTE$/);
  expect(lines[1]).toMatch(/^evt_0000000001abcd {2}✓ completed {2}bank +\S+ +4711 +3m ago$/);
  expect(lines[2]).toContain("○ pending");
  expect(lines[3]).toContain("✗ failed");
  expect(person.stderr()).toBe("");
});

test("in a pipe nothing is shortened and times are exact", async () => {
  api.on("GET /v1/events", page([event({ type: "t".repeat(200) })]));
  const pipe = at(null);

  await pipe.run("events", "list");

  expect(pipe.stdout()).toContain("t".repeat(200));
  expect(pipe.stdout()).toContain("2026-03-01T11:57:00.000Z");
});

test("every filter reaches the server, times as ISO 8601 before now", async () => {
  api.on("GET /v1/events", page([]));
  const person = at();

  const code = await person.run(
    "events",
    "--source",
    "bank",
    "--type",
    "a.*",
    "--status",
    "failed",
    "--since",
    "15m",
    "--until",
    "2026-02-28",
    "--q",
    "x&y",
    "--connection",
    "k/1",
    "--origin",
    "poll",
    "--error",
    "boom",
    "--limit",
    "7",
  );

  expect(code).toBe(EXIT.OK);
  const asked = new URL(api.seen[0]?.path ?? "", api.url).searchParams;
  expect(Object.fromEntries(asked)).toEqual({
    source: "bank",
    type: "a.*",
    status: "failed",
    since: "2026-03-01T11:45:00.000Z",
    until: "2026-02-28T00:00:00.000Z",
    q: "x&y",
    connection: "k/1",
    origin: "poll",
    error: "boom",
    limit: "7",
  });
  expect(person.stdout()).toBe("");
  expect(person.stderr()).toBe("No events match.\n");
});

test("--json is the API's own page", async () => {
  api.on("GET /v1/events", page([event()], "next"));
  const pipe = at(null);

  await pipe.run("events", "--json", "--limit", "1");

  expect(JSON.parse(pipe.stdout())).toEqual({ data: [event()], nextCursor: "next" });
  expect(pipe.stdout().trimEnd().split("\n")).toHaveLength(1);
});

test("--all --json streams one object a line over all pages", async () => {
  api.on("GET /v1/events", ({ path }: { path: string }) =>
    path.includes("cursor=two")
      ? page([event({ id: "evt_b" })])
      : page([event({ id: "evt_a" })], "two"),
  );
  const pipe = at(null);

  await pipe.run("events", "--all", "--json");

  const ids = pipe
    .stdout()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).id);
  expect(ids).toEqual(["evt_a", "evt_b"]);
  expect(api.seen.map(({ path }) => path)).toEqual([
    "/v1/events?limit=200",
    "/v1/events?limit=200&cursor=two",
  ]);
});

test("a limit beyond one page is read over several, and no further", async () => {
  const rows = Array.from({ length: 200 }, () => event());
  api.on("GET /v1/events", ({ path }: { path: string }) =>
    page(rows.slice(0, Number(new URL(path, api.url).searchParams.get("limit"))), "more"),
  );
  const person = at();

  await person.run("events", "--limit", "250");

  expect(api.seen.map(({ path }) => path)).toEqual([
    "/v1/events?limit=200",
    "/v1/events?limit=50&cursor=more",
  ]);
  expect(person.stderr()).toContain("250 events shown; there are more");
});

test("an empty page with a cursor does not hold the command for ever", async () => {
  api.on("GET /v1/events", page([], "again"));
  expect(await at().run("events", "--all")).toBe(EXIT.OK);
  expect(api.seen).toHaveLength(1);
});

test("show tells the status, the error, each attempt and the payload", async () => {
  api.on(
    "GET /v1/events/evt_0000000001abcd",
    event({
      status: "failed",
      error: { code: "threw", message: "boom", stack: "Error: boom\n    at onEvent (config.ts:3)" },
      attemptLog: [
        {
          attempt: 1,
          outcome: "retry",
          startedAt: "2026-03-01T11:57:00.000Z",
          durationMs: 12.4,
          error: { code: "threw", message: "boom" },
          nextAt: null,
        },
      ],
      data: { amount: 12 },
    }),
  );
  const person = at();

  expect(await person.run("events", "show", "evt_0000000001abcd")).toBe(EXIT.OK);

  const shown = person.stdout();
  expect(shown).toContain("Status:     ✗ failed");
  expect(shown).toContain("2026-03-01T11:57:00.000Z (3m ago)");
  expect(shown).toContain("    at onEvent (config.ts:3)");
  expect(shown).toContain("↻ retry");
  expect(shown).toContain('{\n  "amount": 12\n}');
});

test("a hostile event cannot act on the terminal, in any of its fields", async () => {
  const evil = "\u001b]0;owned\u0007\u009b2J\nforged\u202e";
  api.on(
    "GET /v1/events",
    page([
      event({
        id: evil,
        source: evil,
        type: evil,
        connection: evil,
        status: evil,
        waitingFor: evil,
      }),
    ]),
  );
  api.on(
    "GET /v1/events/evt_x",
    event({
      ...event(),
      type: evil,
      error: { code: evil, message: evil, stack: evil },
      data: { [evil]: evil },
      requestId: evil,
    }),
  );
  api.on("GET /v1/events/evt_y", event({ data: evil }));
  for (const line of [
    ["events"],
    ["events", "--json"],
    ["events", "show", "evt_x"],
    ["events", "show", "evt_x", "--json"],
    ["events", "show", "evt_y"],
  ]) {
    const person = at();
    expect(await person.run(...line)).toBe(EXIT.OK);
    expect(person.stdout()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(person.stdout()).toContain("owned");
  }
});

test("an answer with fields of other types, or none, is shown as far as it goes", async () => {
  api.on(
    "GET /v1/events",
    page([null, 7, "x", [], { id: 5, status: {}, error: "plain", attempts: "many" }]),
  );
  api.on("GET /v1/events/evt_x", { attemptLog: [null, { durationMs: "x" }], error: 4 });
  expect(await at().run("events")).toBe(EXIT.OK);
  expect(await at().run("events", "show", "evt_x")).toBe(EXIT.OK);
});

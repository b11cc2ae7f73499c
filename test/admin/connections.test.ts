import { expect, test } from "bun:test";
import { PAGE_STATE_CHARS_MAX } from "../../src/admin/connections/view.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { adminDesk, problemOf } from "../support/admin.ts";
import { aConnection, anEvent } from "../support/fake-reads.ts";

type Listed = { data: Record<string, unknown>[]; nextCursor: string | null };

test("a connection has exactly the documented names", async () => {
  const desk = await adminDesk();
  const head = { id: anEvent(1).id, seq: anEvent(1).seq, attempts: 2, nextAttemptAt: 1000 };
  desk.reads.connectionRows = [aConnection("c1", { status: "halted", head, mailboxDepth: 4 })];
  const one = (await (await desk.call("GET", "/v1/connections/bank/c1")).json()) as object;
  const listed = (await (await desk.call("GET", "/v1/connections")).json()) as Listed;
  expect(one).toMatchObject({
    source: "bank",
    key: "c1",
    status: "halted",
    state: { count: 3 },
    mailboxDepth: 4,
    lastEventAt: "2026-03-01T08:30:00.000Z",
    expectBy: null,
    waitingFor: "its head is being retried",
    restarts: 0,
    head: { id: head.id, attempts: 2, nextAttemptAt: "1970-01-01T00:00:01.000Z" },
  });
  expect(listed).toEqual({ data: [{ ...one }], nextCursor: null });
});

test("connections are filtered by source, status and part of their key, in pages", async () => {
  const desk = await adminDesk();
  desk.reads.connectionRows = [
    aConnection("eu-1", { status: "paused" }),
    aConnection("eu-2", { status: "paused" }),
    aConnection("us-1", { status: "paused" }),
    aConnection("eu-3"),
    aConnection("eu-4", { status: "paused", source: "crm" }),
  ];
  const query = "source=bank&status=paused&q=eu&limit=1";
  const first = (await (await desk.call("GET", `/v1/connections?${query}`)).json()) as Listed;
  const next = `/v1/connections?${query}&cursor=${first.nextCursor}`;
  const second = (await (await desk.call("GET", next)).json()) as Listed;
  expect([...first.data, ...second.data].map((row) => row["key"])).toEqual(["eu-1", "eu-2"]);
  expect(second.nextCursor).toBeNull();
});

const KEYS = [
  "a/b",
  "a%2Fb",
  "100%",
  "ü/你好",
  "a b+c",
  "?x=1#y",
  "pause",
  "a/",
  "/",
  "'\"<",
  "a\\b",
];

test.each(KEYS)("a key may hold any characters: %s", async (key) => {
  const desk = await adminDesk();
  desk.reads.connectionRows = [aConnection(key)];
  const path = `/v1/connections/bank/${encodeURIComponent(key)}`;
  const answer = await desk.call("GET", path);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toHaveProperty("key", key);
  expect((await desk.call("POST", `${path}/pause`)).status).toBe(200);
  expect(desk.operations.calls[0]).toEqual([
    "pause",
    { source: "bank", key },
    "key_environment",
    null,
  ]);
});

test("keys reach their connections over a socket as they do in this process", async () => {
  const desk = await adminDesk();
  desk.reads.connectionRows = KEYS.map((key) => aConnection(key));
  desk.app.listen({ hostname: "127.0.0.1", port: 0, reusePort: false });
  try {
    for (const key of KEYS) {
      const url = `http://127.0.0.1:${desk.app.server?.port}/v1/connections/bank/${encodeURIComponent(key)}`;
      const answer = await fetch(url, { headers: { authorization: "Bearer fixed-for-tests" } });
      expect(await answer.json()).toHaveProperty("key", key);
    }
  } finally {
    await desk.app.stop(true);
  }
});

test.each(["%", "%ZZ", "%E4%BD", "%FF", "%C0%AF"])(
  "a key that is not percent-encoded UTF-8 is refused: %s",
  async (key) => {
    const answer = await (await adminDesk()).call("GET", `/v1/connections/bank/${key}`);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).code).toBe("invalid_parameter");
  },
);

test("a connection that never was is not found", async () => {
  const answer = await (await adminDesk()).call("GET", "/v1/connections/bank/none");
  expect(answer.status).toBe(404);
});

test.each([
  ["pause", "pause"],
  ["resume", "resume"],
  ["retry", "retry"],
  ["skip-head", "skipHead"],
  ["park-head", "parkHead"],
])("%s reaches the mailbox with whose key it was", async (verb, operation) => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", `/v1/connections/bank/c1/${verb}`, { reason: "why" });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ status: "accepted" });
  const [name, ref, by] = desk.operations.calls[0] ?? [];
  expect([name, ref, by]).toEqual([operation, { source: "bank", key: "c1" }, "key_environment"]);
});

test("pausing keeps the reason that was given", async () => {
  const desk = await adminDesk();
  await desk.call("POST", "/v1/connections/bank/c1/pause", { reason: "migration" });
  expect(desk.operations.calls[0]?.[3]).toBe("migration");
});

test.each([
  ["not_found", 404],
  ["busy", 409],
  ["empty", 409],
  ["wrong_status", 409],
] as const)("an action refused as %s is answered %d", async (code, status) => {
  const desk = await adminDesk();
  desk.operations.refusal = code;
  const answer = await desk.call("POST", "/v1/connections/bank/c1/skip-head");
  expect(answer.status).toBe(status);
  expect((await problemOf(answer)).code).toBe(code);
});

test("an action that cannot be journaled is answered 503 with when to try again", async () => {
  const desk = await adminDesk();
  desk.operations.thrown = new JournalRefused("overloaded", "too much");
  const answer = await desk.call("POST", "/v1/connections/bank/c1/pause");
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).not.toBeNull();
});

test("a page of huge states stays bounded and says which were left out", async () => {
  const desk = await adminDesk();
  const state = JSON.stringify("x".repeat(PAGE_STATE_CHARS_MAX / 2 - 2));
  desk.reads.connectionRows = ["1", "2", "3"].map((key) => aConnection(key, { state }));
  const answer = await desk.call("GET", "/v1/connections");
  const text = await answer.text();
  expect(text.length).toBeLessThan(PAGE_STATE_CHARS_MAX + 5_000);
  const omitted = (JSON.parse(text) as Listed).data.map((row) => row["stateOmitted"]);
  expect(omitted).toEqual([undefined, undefined, true]);
});

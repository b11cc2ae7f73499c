import { expect, test } from "bun:test";
import { REFUSED_RATE } from "../../src/admin/audit/trail.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { adminDesk, type Desk } from "../support/admin.ts";
import { aConnection, anEvent } from "../support/fake-reads.ts";

type Listed = { data: Record<string, unknown>[]; nextCursor: string | null };
const listed = async (desk: Desk, query = ""): Promise<Record<string, unknown>[]> =>
  ((await (await desk.call("GET", `/v1/audit?${query}`)).json()) as Listed).data;

const FULL = new JournalRefused("disk_full", "no room");

test("an act is one line: when, who, what, to what, how it ended, from where", async () => {
  const desk = await adminDesk();
  const made = await desk.keys.create("alice", ["admin"], "test");
  if (!made.ok) throw new Error("no key");
  const { key, secret } = made.value;
  desk.reads.connectionRows = [aConnection("a/b %?é")];

  await desk.call("POST", "/v1/connections/bank/a%2Fb%20%25%3F%C3%A9/pause", {}, secret);

  expect(await listed(desk)).toEqual([
    {
      id: "aud_1",
      at: new Date(desk.clock.now()).toISOString(),
      by: key.id,
      name: "alice",
      via: "key",
      action: "POST /v1/connections/{source}/{key}/pause",
      target: { source: "bank", key: "a/b %?é" },
      outcome: "succeeded",
      status: 200,
      peer: null,
      times: 1,
    },
  ]);
});

test("what is made is named by its id, and nothing else of the answer or of the body is written", async () => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", "/v1/keys", { name: "ci-secret-name", scopes: ["read"] });
  const { id, secret } = (await answer.json()) as { id: string; secret: string };

  expect(desk.audited[0]?.target).toEqual({ made: id });
  expect(JSON.stringify(desk.audited)).not.toContain(secret);
  expect(JSON.stringify(desk.audited)).not.toContain("ci-secret-name");
});

test("reading, publishing and what is turned down leave no line", async () => {
  const desk = await adminDesk();
  desk.reads.rows = [anEvent(1)];
  await desk.call("GET", "/v1/events");
  await desk.call("POST", "/v1/messages", { type: "order.paid", data: {} });
  expect((await desk.call("DELETE", "/v1/keys/key_unknown")).status).toBe(404);
  expect((await desk.call("POST", "/v1/keys", { name: 1 })).status).toBe(400);
  const reader = await desk.keys.create("r", ["read"], "test");
  if (!reader.ok) throw new Error("no key");
  const denied = await desk.call("POST", "/v1/replays", { source: "x" }, reader.value.secret);
  expect(denied.status).toBe(403);
  expect(desk.audited).toEqual([]);
});

test("an act that broke on our side is a line, since some of it may be done", async () => {
  const desk = await adminDesk();
  desk.operations.replay = () => Promise.reject(new Error("boom"));
  const { id } = anEvent(1);
  expect((await desk.call("POST", `/v1/events/${id}/replay`)).status).toBe(503);
  expect(desk.audited).toMatchObject([{ target: { id }, outcome: "broke", status: 503 }]);
});

test("logging in and out with a browser are acts, and what it does bears the session", async () => {
  const desk = await adminDesk();
  const opened = await desk.call("POST", "/v1/session");
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const { csrf } = (await opened.json()) as { csrf: string };
  const headers = { cookie, "x-csrf-token": csrf };
  expect((await desk.send("/v1/session", { method: "DELETE", headers })).status).toBe(204);

  expect(desk.audited.map(({ action, via, by }) => [action, via, by])).toEqual([
    ["POST /v1/session", "key", "key_environment"],
    ["DELETE /v1/session", "session", "key_environment"],
  ]);
  expect(JSON.stringify(desk.audited)).not.toContain(csrf);
});

test("a login with an unknown key is a line without the key; one without any key is none", async () => {
  const desk = await adminDesk();
  await desk.call("GET", "/v1/events", undefined, "lsk_guessed");
  await desk.call("GET", "/v1/events", undefined, null);

  expect(desk.audited).toMatchObject([
    { by: "nobody", action: "GET /v1/events", outcome: "refused", status: 401, times: 1 },
  ]);
  expect(JSON.stringify(desk.audited)).not.toContain("guessed");
  expect(await listed(desk, "outcome=succeeded")).toEqual([]);
});

test("refused logins write few lines however many there are, and each is counted", async () => {
  const desk = await adminDesk();
  const guess = () => desk.call("GET", "/v1/events", undefined, "lsk_guessed");
  const tried = REFUSED_RATE.burst + 5;
  for (let count = 0; count < tried; count++) {
    await guess();
    await desk.clock.advance(1);
  }
  // The peer is slowed after so many; what is not even compared is no login.
  await desk.clock.advance(60_000);
  await guess();

  expect(desk.audited.length).toBeLessThanOrEqual(REFUSED_RATE.burst + 1);
  const counted = desk.audited.reduce((sum, { times }) => sum + times, 0);
  expect(counted).toBeGreaterThanOrEqual(REFUSED_RATE.burst + 1);
});

test("when the journal takes no line, reads and actions are answered as ever and the log has the line", async () => {
  const desk = await adminDesk();
  desk.reads.rows = [anEvent(1)];
  desk.desk.refusal = FULL;

  expect((await desk.call("GET", "/v1/events")).status).toBe(200);
  expect((await desk.call("GET", "/v1/events", undefined, "lsk_guessed")).status).toBe(401);
  expect((await desk.call("POST", "/v1/session")).status).toBe(200);

  expect(desk.audited).toEqual([]);
  const told = desk.lines.filter(([text]) => text.includes("audit log could not be journaled"));
  expect(told.map(([, fields]) => fields?.["action"])).toEqual([
    "GET /v1/events",
    "POST /v1/session",
  ]);
});

test("the audit log is for admins, by page, and its filters are validated", async () => {
  const desk = await adminDesk();
  for (let count = 0; count < 3; count++) await desk.call("POST", "/v1/session");
  const first = (await (await desk.call("GET", "/v1/audit?limit=2")).json()) as Listed;
  expect(first.data.map(({ id }) => id)).toEqual(["aud_3", "aud_2"]);
  expect((await listed(desk, `cursor=${first.nextCursor}`)).map(({ id }) => id)).toEqual(["aud_1"]);
  expect((await desk.call("GET", "/v1/audit?cursor=x")).status).toBe(400);
  expect((await desk.call("GET", "/v1/audit?since=2026-13-01")).status).toBe(400);
  expect((await desk.call("GET", "/v1/audit?outcome=perhaps")).status).toBe(400);
  const reader = await desk.keys.create("r", ["read"], "test");
  if (!reader.ok) throw new Error("no key");
  expect((await desk.call("GET", "/v1/audit", undefined, reader.value.secret)).status).toBe(403);
});

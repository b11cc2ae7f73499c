import { expect, test } from "bun:test";
import { shownHeaders, shownUrl } from "../../src/admin/events/redact.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import { adminDesk, problemOf } from "../support/admin.ts";
import { anEvent } from "../support/fake-reads.ts";

const sentAs = (type: string | null) => ({
  method: "POST",
  url: "/in/bank",
  peer: "203.0.113.9",
  headers: type === null ? [] : ([["content-type", type]] as const),
});

test.each([
  ["application/json", '{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
  [null, '"text"', "text"],
  ["application/x-www-form-urlencoded", "a=1&b=2&b=3", { a: "1", b: ["2", "3"] }],
  ["application/x-ndjson", '{"item":1}', { item: 1 }],
  ["text/plain", "hello", "hello"],
  ["application/octet-stream", "\u0001\u0002", "\u0001\u0002"],
])("data is the payload as the handler sees it: %s", async (type, text, data) => {
  const desk = await adminDesk();
  const event = anEvent(1, { body: Buffer.from(text), request: sentAs(type) });
  desk.reads.rows = [event];
  const whole = (await (await desk.call("GET", `/v1/events/${event.id}`)).json()) as object;
  expect(whole).toHaveProperty("data", data);
});

test("an event shows its attempts and what its steps gave", async () => {
  const desk = await adminDesk();
  const error = { code: "threw", message: "boom", stack: "Error: boom" };
  const event = anEvent(1, {
    status: "failed",
    error,
    reason: "gave up",
    attemptLog: [
      {
        position: anEvent(1).seq,
        attempt: 1,
        startedAt: 0,
        durationMs: 12,
        outcome: "failed",
        error,
        nextAt: null,
      },
    ],
    steps: [{ name: "charge", result: '{"ok":true}', at: 1 }],
  });
  desk.reads.rows = [event];
  expect(await (await desk.call("GET", `/v1/events/${event.id}`)).json()).toMatchObject({
    error,
    reason: "gave up",
    attemptLog: [{ attempt: 1, startedAt: "1970-01-01T00:00:00.000Z", outcome: "failed", error }],
    steps: [{ name: "charge", result: { ok: true }, at: "1970-01-01T00:00:00.001Z" }],
  });
});

test("a body is the exact bytes, to be saved and never shown as a page", async () => {
  const desk = await adminDesk();
  const bytes = Buffer.from([0x3c, 0x73, 0x3e, 0x00, 0xff, 0xfe]);
  const event = anEvent(1, { body: bytes, request: sentAs("text/html; charset=utf-8") });
  desk.reads.rows = [event];
  const answer = await desk.call("GET", `/v1/events/${event.id}/body`);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
  expect(answer.headers.get("content-type")).toBe("application/octet-stream");
  expect(answer.headers.get("x-original-content-type")).toBe("text/html; charset=utf-8");
  expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${event.id}.txt"`);
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
});

test("the whole request of a batch can be had through any of its events", async () => {
  const desk = await adminDesk();
  desk.reads.rows = [anEvent(1)];
  const answer = await desk.call("GET", `/v1/events/${anEvent(1).id}/body?of=request`);
  expect(await answer.text()).toBe('whole:{"n":1}');
});

test("a body that retention removed is gone, while the event is still shown without it", async () => {
  const desk = await adminDesk();
  const event = anEvent(1, { body: null });
  desk.reads.rows = [event];
  for (const of of ["event", "request"]) {
    const answer = await desk.call("GET", `/v1/events/${event.id}/body?of=${of}`);
    expect(answer.status).toBe(410);
    expect((await problemOf(answer)).code).toBe("body_gone");
  }
  const whole = (await (await desk.call("GET", `/v1/events/${event.id}`)).json()) as object;
  expect(whole).toHaveProperty("data", null);
});

test("a content type that no header can hold does not break its download", async () => {
  const desk = await adminDesk();
  const event = anEvent(1, { request: sentAs("text/ü\r\nset-cookie: x=1") });
  desk.reads.rows = [event];
  const answer = await desk.call("GET", `/v1/events/${event.id}/body`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-original-content-type")).toBe("text/???set-cookie: x=1");
  expect(answer.headers.get("set-cookie")).toBeNull();
});

test("headers that are credentials are hidden, signatures and repeated ones are shown", () => {
  const request = {
    ...sentAs(null),
    headers: [
      ["authorization", "Bearer s3cret"],
      ["x-team-key", "s3cret"],
      ["x-signature", "abc"],
      ["x-many", "1"],
      ["x-many", "2"],
      ["__proto__", "own"],
    ] as const,
  };
  const verify = { scheme: "bearer", header: "X-Team-Key", prefix: "", secrets: [] } as const;
  const source = { verify: { scheme: "any", of: [verify] } } as unknown as SourceSettings;
  const shown = shownHeaders(request, source);
  expect(Object.entries(shown)).toEqual([
    ["authorization", "[hidden]"],
    ["x-team-key", "[hidden]"],
    ["x-signature", "abc"],
    ["x-many", "1, 2"],
    ["__proto__", "own"],
  ]);
});

test("a credential in the query is hidden, and the rest of the URL is shown as it came", () => {
  expect(shownUrl("/in/bank?token=s3cret&page=2&x%20y")).toBe(
    "/in/bank?token=[hidden]&page=2&x%20y",
  );
  expect(shownUrl("/in/bank")).toBe("/in/bank");
});

import { expect, test } from "bun:test";
import { COMMAND_BYTES_MAX } from "../../src/admin/body.ts";
import { adminEndpoints } from "../../src/admin/routes.ts";
import { adminDesk, FIXED_KEY, problemOf } from "../support/admin.ts";
import { anEvent } from "../support/fake-reads.ts";

const AUTHORIZED = { authorization: `Bearer ${FIXED_KEY}` };

test("what is not there is a problem, whatever is asked of it", async () => {
  const desk = await adminDesk();
  for (const path of [
    "/v1",
    "/v1/nothing",
    "/v1/events/a/b/c",
    "/metrics",
    "/in/bank",
    "//",
    "/v1//events",
  ]) {
    for (const method of ["GET", "POST", "DELETE", "OPTIONS", "PURGE"]) {
      const answer = await desk.call(method, path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect((await problemOf(answer)).code).toBe("not_found");
    }
  }
});

test("a method that an address does not take is refused with those that it takes", async () => {
  const desk = await adminDesk();
  const answer = await desk.call("PUT", "/v1/keys");
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toBe("GET, HEAD, POST");
  expect((await problemOf(answer)).code).toBe("method_not_allowed");
  const action = await desk.call("GET", `/v1/events/${anEvent(1).id}/replay`);
  expect([action.status, action.headers.get("allow")]).toEqual([405, "POST"]);
});

test("HEAD answers as GET does, without a body, in this process and over a socket", async () => {
  const desk = await adminDesk();
  desk.reads.rows = [anEvent(1)];
  desk.app.listen({ hostname: "127.0.0.1", port: 0, reusePort: false });
  try {
    const base = `http://127.0.0.1:${desk.app.server?.port}`;
    for (const path of ["/v1/events", `/v1/events/${anEvent(1).id}/body`, "/healthz", "/v1/none"]) {
      const got = await desk.call("GET", path);
      const here = await desk.call("HEAD", path);
      const there = await fetch(base + path, { method: "HEAD", headers: AUTHORIZED });
      expect([here.status, there.status]).toEqual([got.status, got.status]);
      expect(there.headers.get("content-type")).toBe(got.headers.get("content-type"));
      expect((await here.text()) + (await there.text())).toBe("");
    }
  } finally {
    await desk.app.stop(true);
  }
});

test("every answer forbids sniffing, storing, framing and running anything", async () => {
  const desk = await adminDesk();
  const answers = [
    ...adminEndpoints(desk).map(({ method, path }) =>
      desk.call(method, path.replaceAll(/\{\w+\}/g, "none")),
    ),
    desk.call("GET", "/unknown"),
    desk.call("PUT", "/v1/keys"),
    desk.send("/v1/events"),
    desk.send("/openapi", { headers: { accept: "text/html" } }),
  ];
  for (const { headers } of await Promise.all(answers)) {
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("a command longer than 64 KiB is refused, declared or not", async () => {
  const desk = await adminDesk();
  const long = JSON.stringify({ reason: "x".repeat(COMMAND_BYTES_MAX) });
  const headers = { ...AUTHORIZED, "content-type": "application/json" };
  const path = "/v1/connections/bank/c1/pause";
  const declared = await desk.send(path, { method: "POST", headers, body: long });
  const stream = new ReadableStream({
    start(controller) {
      for (let at = 0; at < 10; at++) controller.enqueue(Buffer.alloc(10_000, " "));
      controller.close();
    },
  });
  const streamed = await desk.send(path, { method: "POST", headers, body: stream });
  expect([declared.status, streamed.status]).toEqual([413, 413]);
  expect(desk.operations.calls).toEqual([]);
});

test.each([
  ["application/json", "{", 400, "malformed_body"],
  ["application/json", "\u00ff\u0000", 400, "malformed_body"],
  ["application/json", "[]", 400, "invalid_parameter"],
  ["application/json", "null", 400, "invalid_parameter"],
  ["application/json", `${"[".repeat(30_000)}`, 400, "malformed_body"],
  ["application/json", '{"__proto__":{"reason":"x"}}', 400, "invalid_parameter"],
  ["application/json", '{"reason":7}', 400, "invalid_parameter"],
  ["text/plain", "{}", 415, "unsupported_media_type"],
  ["application/x-www-form-urlencoded", "reason=x", 415, "unsupported_media_type"],
])(
  "a command's body is refused before anything is done: %s %s",
  async (type, body, status, code) => {
    const desk = await adminDesk();
    const answer = await desk.send("/v1/connections/bank/c1/pause", {
      method: "POST",
      headers: { ...AUTHORIZED, "content-type": type },
      body,
    });
    expect(answer.status).toBe(status);
    expect((await problemOf(answer)).code).toBe(code);
    expect(desk.operations.calls).toEqual([]);
  },
);

test("the process says that it lives, and whether it takes requests", async () => {
  const desk = await adminDesk();
  expect(await (await desk.send("/healthz?probe=1")).json()).toEqual({ status: "ok" });
  expect(await (await desk.send("/readyz")).json()).toEqual({ status: "ready" });
  desk.desk.ready = { ready: false, reason: "Replaying the log." };
  const answer = await desk.send("/readyz");
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).not.toBeNull();
  expect(await problemOf(answer)).toMatchObject({
    code: "not_ready",
    detail: "Replaying the log.",
  });
  expect((await desk.send("/healthz")).status).toBe(200);
});

test("the API's page needs nothing from anywhere else, and its style passes its own policy", async () => {
  const desk = await adminDesk();
  const answer = await desk.send("/openapi", { headers: { accept: "text/html" } });
  const page = await answer.text();
  expect(page).toContain("Longstop API");
  expect(page).not.toMatch(/https?:|<script|<link|<img/);
  const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? "";
  const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
  expect(answer.headers.get("content-security-policy")).toContain(`'sha256-${hash}'`);
});

test("a fault of ours is logged once under a reference, and tells the caller nothing else", async () => {
  const desk = await adminDesk();
  desk.reads.refusal = new Error("SELECT secret FROM keys");
  const answer = await desk.call("GET", "/v1/events");
  expect(answer.status).toBe(503);
  const { code, detail } = await problemOf(answer);
  expect(code).toBe("internal_error");
  expect(detail).not.toContain("SELECT");
  expect(desk.lines).toHaveLength(1);
  expect(detail).toContain(String(desk.lines[0]?.[1]?.["reference"]));
});

test("every command is logged with whose key it was, and no reading is", async () => {
  const desk = await adminDesk();
  await desk.call("GET", "/v1/events");
  await desk.call("POST", "/v1/connections/bank/c1/pause", { reason: "hidden words" });
  expect(desk.lines.map(([, fields]) => fields)).toEqual([
    { by: "key_environment", action: "POST /v1/connections/{source}/{key}/pause", status: 200 },
  ]);
});

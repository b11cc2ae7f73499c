import { describe, expect, test } from "bun:test";
import { durationText } from "../../src/admin/endpoints/view.ts";
import { parseDuration } from "../../src/base/duration.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import type { SendingRefusalCode } from "../../src/outbound/sending.ts";
import { adminDesk, type Desk, problemOf } from "../support/admin.ts";
import { anEndpoint, SHOP } from "../support/fake-outgoing.ts";

const URL = "https://shop.example.com/hook";
const jsonOf = async (answer: Response) => (await answer.json()) as Record<string, unknown>;

describe("an endpoint", () => {
  test("has exactly the documented names, and no secret", async () => {
    const desk = await adminDesk();
    const one = await jsonOf(await desk.call("GET", "/v1/endpoints/ep_shop1"));
    expect(one).toMatchObject({
      id: "ep_shop1",
      url: URL,
      types: ["order.*"],
      status: "enabled",
      disabledReason: null,
      lastDeliveryAt: "2026-03-01T08:30:00.000Z",
      pending: 2,
      timeout: "15s",
      retry: { attempts: 3, delays: ["5s", "90s"] },
    });
    expect(one).not.toHaveProperty("secret");
    const listed = await jsonOf(await desk.call("GET", "/v1/endpoints"));
    expect(listed).toEqual({ data: [one], nextCursor: null });
  });

  test("that is refused says nothing of its secrets again", async () => {
    const desk = await adminDesk();
    for (const [path, method, body] of [
      ["/v1/endpoints", "POST", { url: URL, auth: "hushhush" }],
      ["/v1/endpoints", "POST", { url: URL, auth: ["hushhush"] }],
      ["/v1/endpoints", "POST", { url: URL, secret: { hushhush: 1 } }],
      ["/v1/endpoints", "POST", { url: URL, secret: ["hushhush", 1] }],
      ["/v1/endpoints", "POST", { url: URL, headers: "x-key: hushhush" }],
      ["/v1/endpoints", "POST", { url: URL, headers: { "x-key": ["hushhush"] } }],
      ["/v1/endpoints/shop", "PATCH", { secret: { hushhush: 1 } }],
      ["/v1/endpoints/shop/rotate-secret", "POST", { secret: ["hushhush"] }],
    ] as const) {
      const answer = await desk.call(method, path, body);
      const { detail } = await problemOf(answer);
      expect([answer.status, detail]).toEqual([
        400,
        expect.not.stringMatching("hushhush|undefined"),
      ]);
      expect(detail).toMatch(/"(auth|secret|headers)" must be (one of|a text|an object|text)/);
    }
  });

  test("is found by its id and by its name; what is neither is not found", async () => {
    const desk = await adminDesk();
    const byName = await jsonOf(await desk.call("GET", "/v1/endpoints/shop"));
    expect(byName["id"]).toBe("ep_shop1");
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["POST", "/test"],
      ["POST", "/enable"],
      ["POST", "/rotate-secret"],
      ["GET", "/messages"],
    ] as const) {
      const answer = await desk.call(
        method,
        `/v1/endpoints/none${path}`,
        method === "GET" ? undefined : {},
      );
      expect([path, answer.status, (await problemOf(answer)).code]).toEqual([
        path,
        404,
        "not_found",
      ]);
    }
    expect(desk.outgoing.calls).toEqual([]);
  });

  test("says why it is disabled, and only then", async () => {
    const desk = await adminDesk();
    desk.outgoing.rows = [anEndpoint(SHOP, "shop", { status: "disabled", statusReason: "410" })];
    expect(await jsonOf(await desk.call("GET", "/v1/endpoints/shop"))).toMatchObject({
      status: "disabled",
      disabledReason: "410",
    });
    desk.outgoing.rows = [anEndpoint(SHOP, "shop", { status: "paused", statusReason: "holiday" })];
    expect(await jsonOf(await desk.call("GET", "/v1/endpoints/shop"))).toMatchObject({
      status: "paused",
      disabledReason: null,
      statusReason: "holiday",
    });
  });
});

describe("registering", () => {
  const settingsOf = (desk: Desk) => desk.outgoing.calls[0]?.[2] as Record<string, unknown>;

  test("needs a URL and no more; the secret is in this answer", async () => {
    const desk = await adminDesk();
    const answer = await desk.call("POST", "/v1/endpoints", { url: URL });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe("/v1/endpoints/ep_new1");
    expect(await jsonOf(answer)).toMatchObject({ id: "ep_new1", secret: "whsec_new" });
    expect(desk.outgoing.calls[0]?.[1]).toMatch(/^shop-example-com-\w{6}$/);
    expect(desk.outgoing.calls[0]?.[3]).toBe("key_environment");
    expect(settingsOf(desk)).toMatchObject({ url: URL, types: ["*"], timeoutMs: 15_000 });
  });

  test("takes what the configuration takes, written as there", async () => {
    const desk = await adminDesk();
    const given = {
      name: "shop-2",
      url: URL,
      types: ["order.*"],
      filter: { amount: { $gte: 10 } },
      headers: { "X-Tenant": "a" },
      auth: { bearer: "t" },
      order: "connection",
      rateLimit: "10/s",
      retry: ["1s", "1m"],
      timeout: "2s",
      confirm: "5m",
      paused: true,
    };
    expect((await desk.call("POST", "/v1/endpoints", given)).status).toBe(201);
    expect(desk.outgoing.calls[0]?.[1]).toBe("shop-2");
    expect(settingsOf(desk)).toMatchObject({
      headers: { "x-tenant": "a" },
      auth: { kind: "bearer", token: "t" },
      rateLimit: { perSecond: 10, burst: 10 },
      retry: { attempts: 3, delaysMs: [1000, 60_000] },
      timeoutMs: 2000,
      confirmMs: 300_000,
      paused: true,
    });
  });

  test.each([
    [{}, '"url"'],
    [{ url: "http://shop.example.com" }, "https"],
    [{ url: "https://127.0.0.1/x" }, "loopback"],
    [{ url: "https://169.254.169.254/latest" }, "metadata"],
    [{ url: URL, types: [] }, '"types"'],
    [{ url: URL, types: "order" }, '"types"'],
    [{ url: URL, types: ["order.[a]"] }, '"types[0]"'],
    [{ url: URL, tpyes: ["x"] }, 'did you mean "types"'],
    [{ url: URL, filter: { a: { $regex: "x" } } }, "$regex"],
    [{ url: URL, secret: "whsec_hushhush" }, '"secret"'],
    [{ url: URL, auth: { bearer: "a", basic: {} } }, '"auth"'],
    [{ url: URL, headers: { host: "x" } }, '"headers.host"'],
    [{ url: URL, timeout: "1h", concurrency: 1 }, '"timeout"'],
    [{ url: URL, concurrency: 0 }, '"concurrency"'],
    [{ url: URL, retry: { attempts: 0 } }, '"retry.attempts"'],
    [{ url: URL, name: "ep_x" }, '"name"'],
    [{ url: URL, name: "a b" }, '"name"'],
  ])("is refused with the place of the fault: %j", async (given, place) => {
    const desk = await adminDesk();
    const answer = await desk.call("POST", "/v1/endpoints", given);
    expect(answer.status).toBe(400);
    const { detail } = await problemOf(answer);
    expect(detail).toContain(place);
    expect(detail).not.toContain("hushhush");
    expect(desk.outgoing.calls).toEqual([]);
  });

  test("that cannot be journaled is answered 503, and nothing was registered", async () => {
    const desk = await adminDesk();
    desk.outgoing.thrown = new JournalRefused("disk_full", "full");
    const answer = await desk.call("POST", "/v1/endpoints", { url: URL });
    expect([answer.status, (await problemOf(answer)).code]).toEqual([503, "disk_full"]);
  });
});

describe("changing", () => {
  test("hands on what is given and nothing else", async () => {
    const desk = await adminDesk();
    const answer = await desk.call("PATCH", "/v1/endpoints/shop", { timeout: "3s", filter: null });
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toHaveProperty("id", "ep_shop1");
    expect(desk.outgoing.calls).toEqual([
      ["patch", SHOP, { timeoutMs: 3000, filter: null }, "key_environment"],
    ]);
  });

  test("an endpoint of the configuration is refused, with the remedy", async () => {
    const desk = await adminDesk();
    desk.outgoing.refusal = { code: "configured", field: null, detail: "Change it in the file." };
    for (const method of ["PATCH", "DELETE"]) {
      const answer = await desk.call(
        method,
        "/v1/endpoints/shop",
        method === "PATCH" ? {} : undefined,
      );
      expect([answer.status, await problemOf(answer)]).toMatchObject([
        409,
        { code: "configured", detail: "Change it in the file." },
      ]);
    }
  });

  test.each([
    ["not_found", 404, "not_found"],
    ["wrong_status", 409, "wrong_status"],
    ["conflict", 409, "conflict"],
    ["invalid", 400, "invalid_parameter"],
  ] as const)("refused as %s is answered %d", async (code: SendingRefusalCode, status, shown) => {
    const desk = await adminDesk();
    desk.outgoing.refusal = { code, field: "url", detail: "No." };
    const answer = await desk.call("PATCH", "/v1/endpoints/shop", {});
    const problem = await problemOf(answer);
    expect([answer.status, problem.code]).toEqual([status, shown]);
    if (code === "invalid") expect(problem.detail).toBe('"url": No.');
  });

  test("removing answers that it is gone", async () => {
    const desk = await adminDesk();
    expect((await desk.call("DELETE", "/v1/endpoints/shop")).status).toBe(204);
    expect(desk.outgoing.calls).toEqual([["remove", SHOP, "key_environment"]]);
  });
});

test("a duration is written so that it is read back the same", () => {
  for (const ms of [0, 1, 999, 1000, 1500, 90_000, 3_600_000, 86_400_000, 93_600_000]) {
    expect(parseDuration(durationText(ms))).toBe(ms);
  }
});

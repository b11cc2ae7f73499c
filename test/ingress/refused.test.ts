import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { PROBLEMS } from "../../src/base/problem-table.ts";
import { Receiving } from "../support/receiving.ts";
import { eventSettings, hmacSettings, sourceSettings } from "../support/settings.ts";

const open = sourceSettings({
  event: eventSettings({ id: "/id", type: "/type", connection: "/c" }),
});

/** Each row of the table of answers that a single request can reach. */
describe("what is refused", () => {
  const refused = async (
    receiving: Receiving,
    ask: (receiving: Receiving) => ReturnType<Receiving["send"]>,
  ) => {
    const answer = await ask(receiving);
    expect(receiving.journal.intakes).toEqual([]);
    expect(receiving.posted).toEqual([]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const body = JSON.parse(answer.text);
    expect(Object.keys(body).sort()).toEqual(["code", "detail", "status", "title", "type"]);
    expect(body.status).toBe(answer.status);
    return answer;
  };

  test.each(["nobody", "SHOP", "a_b", "", "%", "..", "__proto__", "shop/x", "x".repeat(65)])(
    "an unknown source %p is a 404",
    async (name) => {
      const answer = await refused(new Receiving([open]), (receiving) =>
        receiving.receive(new Request("http://h/in/x", { method: "POST", body: "{}" }), name),
      );
      expect([answer.status, answer.code]).toEqual([404, "unknown_source"]);
    },
  );

  test.each(["GET", "PUT", "PATCH", "DELETE", "HEAD"])(
    "the method %s is a 405 that says what is allowed",
    async (method) => {
      const response = await new Receiving([open]).receive(
        new Request("http://h/in/shop", { method }),
      );
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST, OPTIONS");
    },
  );

  test("OPTIONS is answered with what is allowed", async () => {
    const answer = await new Receiving([open]).receive(
      new Request("http://h/in/shop", { method: "OPTIONS" }),
    );
    expect([answer.status, answer.headers.get("allow")]).toEqual([204, "POST, OPTIONS"]);
  });

  test("a body over the source's limit is a 413, one of exactly the limit is not", async () => {
    const small = { ...open, bodyBytesMax: 100 };
    const answer = await refused(new Receiving([small]), (it) =>
      it.send("shop", `"${"x".repeat(99)}"`),
    );
    expect([answer.status, answer.code]).toEqual([413, "body_too_large"]);
    expect((await new Receiving([small]).send("shop", `"${"x".repeat(98)}"`)).status).toBe(202);
  });

  test("more events than a batch may hold are a 413", async () => {
    const source = { ...open, event: eventSettings({ items: "" }) };
    const body = (count: number): string =>
      `[${Array.from({ length: count }, (_, id) => id).join()}]`;
    const answer = await refused(new Receiving([source]), (it) =>
      it.send("shop", body(LIMITS.BATCH_EVENTS_MAX + 1)),
    );
    expect([answer.status, answer.code]).toEqual([413, "too_many_events"]);
    expect(
      (await new Receiving([source]).send("shop", body(LIMITS.BATCH_EVENTS_MAX))).events.length,
    ).toBe(LIMITS.BATCH_EVENTS_MAX);
  });

  test.each(["text/plain", "application/pdf", "multipart/mixed; boundary=x", "nonsense"])(
    "the media type %s is a 415",
    async (type) => {
      const answer = await refused(new Receiving([open]), (it) =>
        it.send("shop", "x", { "content-type": type }),
      );
      expect([answer.status, answer.code]).toEqual([415, "unsupported_media_type"]);
    },
  );

  test.each([
    ['{"a":', "line 1, byte 5"],
    ["", "empty"],
    ["[".repeat(200), "nested deeper"],
    [new Uint8Array([0x22, 0xff, 0x22]), "not UTF-8 from byte 1"],
  ])("a malformed body is a 400 that says where: %p", async (body, where) => {
    const answer = await refused(new Receiving([open]), (it) => it.send("shop", body));
    expect([answer.status, answer.code]).toEqual([400, "malformed_body"]);
    expect(answer.detail).toContain(where);
  });

  test("an absent and a wrong signature are a 401 each, also for a body that cannot be read", async () => {
    const signed = { ...open, verify: hmacSettings() };
    for (const body of ["{}", "{", ""]) {
      const missing = await refused(new Receiving([signed]), (it) => it.send("shop", body));
      expect([missing.status, missing.code]).toEqual([401, "signature_missing"]);
      const wrong = await refused(new Receiving([signed]), (it) =>
        it.send("shop", body, { "x-signature": "ab" }),
      );
      expect([wrong.status, wrong.code]).toEqual([401, "signature_mismatch"]);
    }
  });

  test("a URL or headers over their limits are a 414 and a 431", async () => {
    const long = new Request(`http://h/in/shop?${"x".repeat(8_192)}`, {
      method: "POST",
      body: "{}",
    });
    expect((await new Receiving([open]).receive(long)).status).toBe(414);
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`x-${index}`, "1"]));
    expect((await refused(new Receiving([open]), (it) => it.send("shop", "{}", many))).status).toBe(
      431,
    );
    const big = { "x-big": "x".repeat(33_000) };
    expect((await refused(new Receiving([open]), (it) => it.send("shop", "{}", big))).status).toBe(
      431,
    );
  });

  test.each([
    ["overloaded", "overloaded"],
    ["disk_full", "disk_full"],
    ["failing", "unavailable"],
    ["closed", "draining"],
  ] as const)(
    "a journal that is %s is a 503 %s, before the body and at the commit",
    async (state, code) => {
      const pressed = new Receiving([open]);
      pressed.journal.pressed = state;
      const failing = new Receiving([open]);
      failing.journal.refuse(state);
      for (const receiving of [pressed, failing]) {
        const answer = await refused(receiving, (it) => it.send("shop", "{}"));
        expect([answer.status, answer.code]).toEqual([503, code]);
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(receiving.errors).toEqual([]);
      }
    },
  );

  test("draining is a 503 that closes the connection", async () => {
    const receiving = new Receiving([open]);
    receiving.isDraining = true;
    const answer = await refused(receiving, (it) => it.send("shop", "{}"));
    expect([answer.status, answer.code]).toEqual([503, "draining"]);
    expect(answer.headers.get("connection")).toBe("close");
    expect(answer.headers.get("retry-after")).toBe("5");
  });

  test("whatever else breaks is a 503, logged once under the id that the answer bears", async () => {
    const receiving = new Receiving([open]);
    receiving.journal.failure = new TypeError("a fault of our own");
    const answer = await refused(receiving, (it) => it.send("shop", '{"secret":1}'));
    expect([answer.status, answer.code]).toEqual([503, "internal_error"]);
    expect(answer.headers.get("retry-after")).not.toBeNull();
    expect(answer.text).not.toContain("fault of our own");
    expect(receiving.errors).toMatchObject([
      { requestId: answer.headers.get("x-request-id") ?? "none", source: "shop" },
    ]);
  });

  test("a large body behind a refusal is not read to save the connection", async () => {
    const refusedLarge = (length: number) =>
      new Receiving([open]).receive(
        new Request("http://h/in/nobody", {
          method: "POST",
          body: "x",
          headers: { "content-length": String(length) },
        }),
      );
    expect((await refusedLarge(100_000)).headers.get("connection")).toBe("close");
    expect((await refusedLarge(1_000)).headers.get("connection")).toBeNull();
  });
});

test("our own trouble is always a 503 that says when to come back, the sender's never", () => {
  for (const row of Object.values(PROBLEMS)) {
    const retries = "retryAfterS" in row;
    if (row.status >= 500) expect([row.status, retries]).toEqual([503, true]);
    else if (retries) expect([429, 409]).toContain(row.status);
  }
});

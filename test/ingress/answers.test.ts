import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { PROBLEMS } from "../../src/base/problems.ts";
import { Receiving } from "../support/receiving.ts";
import { eventSettings, hmacSettings, sourceSettings } from "../support/settings.ts";

const open = sourceSettings({
  event: eventSettings({ id: "/id", type: "/type", connection: "/c" }),
});

describe("what is accepted", () => {
  test("is journaled before it is answered, and posted after", async () => {
    const receiving = new Receiving([open]);
    const answer = await receiving.send("shop", '{"id":"a","type":"made","c":"k"}');
    expect(answer.status).toBe(202);
    expect(answer.text).toBe(
      `{"status":"accepted","events":[{"id":"${answer.events[0]?.id}","duplicate":false}]}`,
    );
    const [intake] = receiving.journal.intakes;
    expect(intake).toMatchObject({ source: "shop", origin: "webhook", settled: false });
    expect(intake?.request).toEqual({
      method: "POST",
      url: "/in/shop",
      peer: "192.0.2.7",
      headers: [["content-type", "application/json"]],
    });
    expect(Buffer.from(intake?.body ?? []).toString()).toBe('{"id":"a","type":"made","c":"k"}');
    expect(receiving.posted).toMatchObject([
      {
        source: "shop",
        ref: { source: "shop", key: "k" },
        loaded: { fact: { type: "made" }, steps: [] },
      },
    ]);
  });

  test("is a duplicate the second time, with the first one's id, and is not posted again", async () => {
    const receiving = new Receiving([open]);
    const first = await receiving.send("shop", '{"id":"a"}');
    const second = await receiving.send("shop", '{"id":"a","other":1}');
    expect(second.status).toBe(202);
    expect(second.events).toEqual([{ id: first.events[0]?.id ?? "", duplicate: true }]);
    expect(receiving.posted.length).toBe(1);
  });

  test("is told apart by source", async () => {
    const receiving = new Receiving([open, { ...open, name: "shop-2" }]);
    await receiving.send("shop", '{"id":"a"}');
    expect((await receiving.send("shop-2", '{"id":"a"}')).events[0]?.duplicate).toBe(false);
  });

  test("goes to no mailbox when nobody processes it", async () => {
    const receiving = new Receiving([{ ...open, handler: false }]);
    await receiving.send("shop", '{"id":"a"}');
    expect(receiving.journal.intakes[0]?.settled).toBe(true);
    expect(receiving.posted).toEqual([]);
  });

  test("may be a batch: one intake, an answer for each event, duplicates within it too", async () => {
    const batch = { ...open, event: eventSettings({ items: "/e", id: "/id", connection: "/c" }) };
    const receiving = new Receiving([batch]);
    const answer = await receiving.send("shop", '{"e":[{"id":1,"c":"x"},{"id":2},{"id":1}]}');
    expect(answer.events.map((event) => event.duplicate)).toEqual([false, false, true]);
    expect(receiving.journal.intakes.length).toBe(1);
    expect(receiving.posted.map((each) => Buffer.from(each.loaded?.body ?? []).toString())).toEqual(
      ['{"id":1,"c":"x"}', '{"id":2}'],
    );
  });

  test("may be an empty batch: nothing to journal, nothing to try again", async () => {
    const receiving = new Receiving([{ ...open, event: eventSettings({ items: "" }) }]);
    const answer = await receiving.send("shop", "[]");
    expect([answer.status, answer.events.length]).toEqual([202, 0]);
    expect(receiving.journal.intakes).toEqual([]);
  });

  test("stays in memory for the mailbox only while it is small", async () => {
    const receiving = new Receiving([open]);
    await receiving.send("shop", JSON.stringify({ id: "small", pad: "x".repeat(60_000) }));
    await receiving.send("shop", JSON.stringify({ id: "large", pad: "x".repeat(70_000) }));
    expect(receiving.posted.map((each) => each.loaded === null)).toEqual([false, true]);
  });

  test("keeps a valid trace and drops a broken one", async () => {
    const receiving = new Receiving([open]);
    const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const traces = [
      valid,
      valid.replace("0af7", "0AF7"),
      valid.replace(/-b.{15}/, `-${"0".repeat(16)}`),
      "x",
    ];
    for (const traceparent of traces) await receiving.send("shop", "{}", { traceparent });
    expect(receiving.journal.intakes.map((intake) => intake.trace)).toEqual([
      valid,
      undefined,
      undefined,
      undefined,
    ]);
  });
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

  test.each(["text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense"])(
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

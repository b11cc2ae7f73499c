import { describe, expect, test } from "bun:test";
import type { Message, PulledMessage } from "../../src/outbound/sending.ts";
import { adminDesk, type Desk, FIXED_KEY, problemOf } from "../support/admin.ts";
import { SHOP } from "../support/fake-outgoing.ts";
import { anEvent } from "../support/fake-reads.ts";

const { id } = anEvent(9);

describe("publishing", () => {
  const publish = (desk: Desk, body: string, headers: Record<string, string> = {}) =>
    desk.send("/v1/messages", {
      method: "POST",
      headers: {
        authorization: `Bearer ${FIXED_KEY}`,
        "content-type": "application/json",
        ...headers,
      },
      body,
    });
  const messageOf = (desk: Desk) => desk.outgoing.calls[0]?.[1] as Message;

  test("answers 202 with the event, and 200 when the key was used before", async () => {
    const desk = await adminDesk();
    const body = '{"type":"order.paid","data":{"id":1},"connection":"c1"}';
    const first = await publish(desk, body, { "idempotency-key": "k-1" });
    expect([first.status, await first.json()]).toEqual([
      202,
      { status: "accepted", id, duplicate: false },
    ]);
    expect(messageOf(desk)).toEqual({
      type: "order.paid",
      data: '{"id":1}',
      connection: "c1",
      idempotencyKey: "k-1",
    });
    desk.outgoing.duplicate = true;
    const again = await publish(desk, body, { "idempotency-key": "k-1" });
    expect([again.status, await again.json()]).toEqual([
      200,
      { status: "accepted", id, duplicate: true },
    ]);
  });

  test("the same key with another message is a conflict", async () => {
    const desk = await adminDesk();
    desk.outgoing.refusal = { code: "conflict", field: null, detail: "Another message has it." };
    const answer = await publish(desk, '{"type":"a","data":1}', { "idempotency-key": "k" });
    expect([answer.status, (await problemOf(answer)).code]).toEqual([409, "conflict"]);
  });

  test("data is sent on to the byte: digits, order and spaces stay", async () => {
    for (const data of [
      '{ "b":12345678901234567890, "a":1.10 }',
      '"text"',
      "null",
      "[1 ,2]",
      "0",
    ]) {
      const desk = await adminDesk();
      expect((await publish(desk, `{"type":"a","data": ${data} }`)).status).toBe(202);
      expect(messageOf(desk).data).toBe(data);
    }
  });

  test("a trace goes along; one that is none does not", async () => {
    const trace = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const desk = await adminDesk();
    await publish(desk, '{"type":"a","data":1}', { traceparent: trace });
    expect(messageOf(desk).trace).toBe(trace);
    const other = await adminDesk();
    await publish(other, '{"type":"a","data":1}', { traceparent: "nonsense" });
    expect(messageOf(other)).not.toHaveProperty("trace");
  });

  test.each([
    ["{}", {}],
    ['{"type":"a"}', {}],
    ['{"data":1}', {}],
    ['{"type":"","data":1}', {}],
    ['{"type":"a","data":1,"conection":"x"}', {}],
    ['{"type":"a","data":1,"connection":""}', {}],
    ["[]", {}],
    ["{", {}],
    ['{"type":"a","data":1}', { "idempotency-key": "x".repeat(256) }],
    ['{"type":"a","data":1}', { "idempotency-key": "a b" }],
  ])("what is no message is refused: %s", async (body, headers) => {
    const desk = await adminDesk();
    expect((await publish(desk, body, headers)).status).toBe(400);
    expect(desk.outgoing.calls).toEqual([]);
  });

  test("takes more than a command does, and has a bound", async () => {
    const desk = await adminDesk();
    const large = (bytes: number) => `{"type":"a","data":"${"x".repeat(bytes)}"}`;
    expect((await publish(desk, large(2 ** 20))).status).toBe(202);
    expect((await publish(desk, large(5 * 2 ** 20))).status).toBe(413);
  });
});

describe("pulling", () => {
  const message = (over: Partial<PulledMessage> = {}): PulledMessage => ({
    id,
    type: "order.paid",
    source: "bank",
    connection: "c1",
    occurredAt: 0,
    contentType: "application/json",
    body: Buffer.from("{}"),
    ...over,
  });

  test("gives payloads as they are: JSON to the byte, anything else in base 64", async () => {
    const desk = await adminDesk();
    desk.outgoing.pulled = [
      message({ body: Buffer.from('{"n":12345678901234567890}') }),
      message({ body: Buffer.from([0xff, 0x00]), contentType: "application/octet-stream" }),
      message({ body: null }),
      message({ body: Buffer.from('"</script>"') }),
    ];
    const text = await (await desk.call("GET", "/v1/endpoints/shop/messages")).text();
    expect(text).toContain('"data":{"n":12345678901234567890}');
    const { data, nextCursor } = JSON.parse(text) as {
      data: Record<string, unknown>[];
      nextCursor: null;
    };
    expect(nextCursor).toBeNull();
    expect(data.map((row) => [row["data"], row["body"]]).slice(1)).toEqual([
      [null, "/wA="],
      [null, null],
      ["</script>", null],
    ]);
  });

  test("waits as long as is asked for, at most a minute", async () => {
    const desk = await adminDesk();
    const path = "/v1/endpoints/shop/messages";
    await desk.call("GET", path);
    await desk.call("GET", `${path}?limit=5&wait=20s`);
    await desk.call("GET", `${path}?wait=7`);
    expect(desk.outgoing.calls.map((call) => call[2])).toEqual([
      { limit: 10, waitMs: 0 },
      { limit: 5, waitMs: 20_000 },
      { limit: 10, waitMs: 7000 },
    ]);
    for (const query of ["wait=61s", "wait=2m", "wait=-1", "wait=soon", "limit=0", "limit=201"]) {
      expect((await desk.call("GET", `${path}?${query}`)).status).toBe(400);
    }
  });

  test("acknowledging and seeking reach it; what is no event is refused", async () => {
    const desk = await adminDesk();
    const post = (verb: string, body: object) =>
      desk.call("POST", `/v1/endpoints/shop/${verb}`, body);
    expect((await post("ack", { upTo: id })).status).toBe(200);
    expect((await post("seek", { after: id })).status).toBe(200);
    expect((await post("seek", { after: null })).status).toBe(200);
    expect(desk.outgoing.calls).toEqual([
      ["ack", SHOP, id, "key_environment"],
      ["seek", SHOP, id, "key_environment"],
      ["seek", SHOP, null, "key_environment"],
    ]);
    for (const [verb, body] of [
      ["ack", {}],
      ["ack", { upTo: "evt_x" }],
      ["ack", { upTo: null }],
      ["seek", {}],
      ["seek", { after: "evt_x" }],
    ] as const) {
      expect((await post(verb, body)).status).toBe(400);
    }
  });

  test("an endpoint that is pushed to is not pulled from", async () => {
    const desk = await adminDesk();
    desk.outgoing.refusal = { code: "wrong_status", field: null, detail: "It is pushed to." };
    expect((await desk.call("GET", "/v1/endpoints/shop/messages")).status).toBe(409);
  });
});

import { describe, expect, test } from "bun:test";
import type { Inbound, Provider } from "../../src/providers/provider.ts";
import { eventSettings } from "../support/settings.ts";
import { only, opened, SECRET, split } from "./opened.ts";
import { inbound } from "./requests.ts";

const JSON_HEADER = { "content-type": "application/json" };
const request = (payload: unknown, headers: Record<string, string> = JSON_HEADER): Inbound =>
  inbound({ headers, body: typeof payload === "string" ? payload : JSON.stringify(payload) });

/** What of the body belongs to each event. */
function items(provider: Provider, sent: Inbound): unknown[] {
  return split(provider, sent).map(({ range }) => {
    if (range === null) return "whole";
    return JSON.parse(Buffer.from(sent.body.subarray(range[0], range[0] + range[1])).toString());
  });
}
const keys = (provider: Provider, sent: Inbound): string[] =>
  split(provider, sent).map((event) => event.dedupeKey);

describe("gocardless", () => {
  const provider = opened("gocardless");
  const events = [
    {
      id: "EV1",
      resource_type: "payments",
      action: "paid_out",
      links: { payment: "PM1", organisation: "OR1" },
    },
    {
      id: "EV2",
      resource_type: "billing_requests",
      action: "fulfilled",
      links: { billing_request: "BRQ1" },
    },
    { id: "EV3", resource_type: "exports", action: "created", links: { organisation: "OR1" } },
  ];

  test("each event has its own id, resource and bytes", () => {
    const sent = request({ events, meta: { webhook_id: "WB1" } });
    expect(items(provider, sent)).toEqual(events);
    expect(
      split(provider, sent).map(({ dedupeKey, type, connection }) => [dedupeKey, type, connection]),
    ).toEqual([
      ["EV1", "payments.paid_out", "PM1"],
      ["EV2", "billing_requests.fulfilled", "BRQ1"],
      ["EV3", "exports.created", "OR1"],
    ]);
  });

  test("an empty list is taken, without events", () => {
    expect(split(provider, request({ events: [] }))).toEqual([]);
  });
});

describe("hubspot", () => {
  const provider = opened("hubspot");
  const item = {
    portalId: 1,
    subscriptionId: 2,
    eventId: 3,
    objectId: 4,
    subscriptionType: "deal.creation",
    occurredAt: 1_790_000_000_123,
  };

  test("each item is an event of its object, known by four numbers", () => {
    const sent = request([item, { ...item, objectId: 5 }, { ...item, attemptNumber: 1 }]);
    expect(keys(provider, sent)).toEqual(["1/2/3/4", "1/2/3/5", "1/2/3/4"]);
    expect(split(provider, sent)[1]).toMatchObject({
      type: "deal.creation",
      connection: "1/5",
      occurredAt: 1_790_000_000_123,
    });
  });
});

describe("meta", () => {
  const provider = opened("meta");
  const value = (given: object): object => ({
    messaging_product: "whatsapp",
    metadata: { phone_number_id: "106" },
    ...given,
  });
  const nested = {
    object: "whatsapp_business_account",
    entry: [
      {
        id: "WABA1",
        changes: [
          {
            field: "messages",
            value: value({
              messages: [
                { id: "wamid.1", timestamp: "1790000000", text: { body: "[{" } },
                { id: "wamid.2" },
              ],
              statuses: [
                { id: "wamid.0", status: "sent" },
                { id: "wamid.0", status: "read" },
              ],
            }),
          },
          { field: "account_update", value: { event: "VERIFIED_ACCOUNT" } },
        ],
      },
      { id: "WABA2", time: 1_790_000_001, changes: [] },
    ],
  };

  test("each message and status is an event; a change or entry without such is one itself", () => {
    const sent = request(nested);
    const events = split(provider, sent);
    expect(events.map(({ type, connection }) => [type, connection])).toEqual([
      ["whatsapp_business_account.messages", "106"],
      ["whatsapp_business_account.messages", "106"],
      ["whatsapp_business_account.statuses", "106"],
      ["whatsapp_business_account.statuses", "106"],
      ["whatsapp_business_account.account_update", "WABA1"],
      ["whatsapp_business_account", "WABA2"],
    ]);
    expect(events.slice(0, 4).map((event) => event.dedupeKey)).toEqual([
      "wamid.1",
      "wamid.2",
      "wamid.0/sent",
      "wamid.0/read",
    ]);
    const first = nested.entry[0]?.changes[0]?.value as {
      messages: unknown[];
      statuses: unknown[];
    };
    expect(items(provider, sent)).toEqual([
      ...first.messages,
      ...first.statuses,
      nested.entry[0]?.changes[1],
      nested.entry[1],
    ]);
    expect(events[0]?.occurredAt).toBe(1_790_000_000_000);
    expect(events[5]?.occurredAt).toBe(1_790_000_001_000);
  });

  test("a status that repeats is a duplicate; its next state is not", () => {
    const [, , sent, read] = keys(provider, request(nested));
    expect(sent).not.toBe(read);
  });

  test("messenger's conversations are split as well", () => {
    const messaging = [
      { sender: { id: "1" }, timestamp: 1_790_000_000_123, message: { mid: "m_1", text: "a" } },
      { sender: { id: "1" }, postback: { mid: "m_2", payload: "x" } },
      { sender: { id: "1" }, read: { watermark: 7 } },
    ];
    const sent = request({ object: "page", entry: [{ id: "P1", time: 1, messaging }] });
    const events = split(provider, sent);
    expect(events.map(({ type, connection }) => [type, connection])).toEqual([
      ["page.message", "P1"],
      ["page.postback", "P1"],
      ["page.read", "P1"],
    ]);
    expect(keys(provider, sent).slice(0, 2)).toEqual(["m_1", "m_2"]);
  });

  test("whole entries can be had instead", () => {
    const whole = opened("meta", { event: eventSettings({ items: "/entry", connection: "/id" }) });
    expect(items(whole, request(nested))).toEqual(nested.entry);
    expect(split(whole, request(nested)).map((event) => event.connection)).toEqual([
      "WABA1",
      "WABA2",
    ]);
  });

  test.each([
    [{}],
    [{ entry: null }],
    [{ entry: 7 }],
    [[]],
    ["null"],
    ['"x"'],
    [{ entry: [null, 7, { changes: {} }] }],
  ])("an odd body is an event or several, never a failure: %j", (payload) => {
    expect(split(provider, request(payload)).length).toBeGreaterThan(0);
  });

  test("a large batch of many entries is split in time that grows with its bytes only", () => {
    const entry = {
      id: "W",
      changes: [{ field: "messages", value: value({ messages: [{ id: "w" }] }) }],
    };
    const sent = request({ object: "o", entry: Array.from({ length: 9_000 }, () => entry) });
    const before = performance.now();
    expect(split(provider, sent).length).toBe(9_000);
    expect(performance.now() - before).toBeLessThan(3_000);
  });
});

describe("cloudevents in a batch", () => {
  test("each is named by itself", () => {
    const provider = opened("cloudevents");
    const headers = { "content-type": "application/cloudevents-batch+json", "ce-id": "no" };
    const batch = [
      { specversion: "1.0", id: "1", source: "/a", type: "t", partitionkey: "p" },
      { specversion: "1.0", id: "1", source: "/b", type: "t", subject: "s" },
      { specversion: "1.0", id: "2", source: "/b", type: "u" },
    ];
    const sent = request(batch, headers);
    expect(keys(provider, sent)).toEqual(["/a 1", "/b 1", "/b 2"]);
    expect(split(provider, sent).map((event) => event.connection)).toEqual(["p", "/b s", "/b"]);
  });
});

describe("svix", () => {
  test("a batch of a FIFO endpoint gives each event its place in the delivery", () => {
    const provider = opened("svix");
    const headers = { ...JSON_HEADER, "svix-id": "msg_1" };
    expect(keys(provider, request([{ type: "a" }, { type: "b" }], headers))).toEqual([
      "msg_1/0",
      "msg_1/1",
    ]);
  });
});

describe("newline-delimited JSON", () => {
  const headers = { "content-type": "application/x-ndjson" };

  test("is one event a line, whoever sends it", () => {
    const custom = opened("custom", {
      verify: { scheme: "none" },
      event: eventSettings({ id: "/id", connection: "/c" }),
    });
    const sent = request('{"id":"a","c":1}\n\n{"id": 9007199254740993,"c":2}\n', headers);
    expect(keys(custom, sent)).toEqual(["a", "9007199254740993"]);
    expect(items(custom, sent)[0]).toEqual({ id: "a", c: 1 });
    expect(only(custom, request('{"id":"a"}', headers)).range).toEqual([0, 10]);
    expect(split(custom, request("", headers))).toEqual([]);
  });

  test("with a line that is none is refused as a whole", () => {
    const provider = opened("custom", { verify: { scheme: "none" }, secrets: [SECRET] });
    expect(provider.split(request('{"id":"a"}\n{', headers))).toMatchObject({
      ok: false,
      error: { code: "malformed_body" },
    });
  });
});

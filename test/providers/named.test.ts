import { describe, expect, test } from "bun:test";
import type { EventFact } from "../../src/journal/facts.ts";
import type { Inbound } from "../../src/providers/provider.ts";
import { only, opened } from "./opened.ts";
import { AT, inbound } from "./requests.ts";

const JSON_HEADER = { "content-type": "application/json" };

const request = (payload: unknown, headers: Record<string, string> = {}): Inbound =>
  inbound({ headers: { ...JSON_HEADER, ...headers }, body: JSON.stringify(payload) });

const form = (fields: Record<string, string>, headers: Record<string, string> = {}): Inbound =>
  inbound({
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields).toString(),
  });

const named = (provider: string, sent: Inbound): EventFact => only(opened(provider), sent);

describe("gitlab", () => {
  test("is named by its delivery, kind and action, and project", () => {
    const payload = {
      object_kind: "merge_request",
      object_attributes: { action: "open" },
      project: { id: 5 },
    };
    expect(
      named("gitlab", request(payload, { "idempotency-key": "k1", "x-gitlab-event-uuid": "u1" })),
    ).toMatchObject({
      dedupeKey: "k1",
      type: "merge_request.open",
      connection: "5",
    });
    const system = { event_name: "user_create", user_id: 3 };
    expect(named("gitlab", request(system, { "x-gitlab-event-uuid": "u1" }))).toMatchObject({
      dedupeKey: "u1",
      type: "user_create",
      connection: null,
    });
    const group = { object_kind: "subgroup", group_id: 8 };
    expect(named("gitlab", request(group)).connection).toBe("group:8");
  });
});

describe("shopify", () => {
  const headers = (given: Record<string, string> = {}): Record<string, string> => ({
    "x-shopify-topic": "orders/paid",
    "x-shopify-shop-domain": "s.myshopify.com",
    "x-shopify-event-id": "e1",
    "x-shopify-webhook-id": "w1",
    "x-shopify-triggered-at": "2026-11-22T12:00:00.123456789Z",
    ...given,
  });
  const of = (payload: unknown, given?: Record<string, string>): EventFact =>
    named("shopify", request(payload, headers(given)));

  test("a retry, and a second subscription's webhook of the same event, are duplicates", () => {
    const first = of({ id: 1 });
    expect(first).toMatchObject({
      type: "orders/paid",
      connection: "s.myshopify.com",
      occurredAt: AT + 123,
    });
    expect(of({ id: 1 }, { "x-shopify-webhook-id": "w2" }).dedupeKey).toBe(first.dedupeKey);
  });

  test("other topics and objects of one action of the merchant are not", () => {
    const keys = [
      of({ id: 1 }),
      of({ id: 2 }),
      of({ id: 1 }, { "x-shopify-topic": "orders/create" }),
      of({ id: 1 }, { "x-shopify-event-id": "e2" }),
    ].map((event) => event.dedupeKey);
    expect(new Set(keys).size).toBe(4);
  });

  test("without an event id the webhook's is its name", () => {
    const { "x-shopify-event-id": _, ...rest } = headers();
    expect(named("shopify", request({ id: 1 }, rest)).dedupeKey).toBe("w1");
  });
});

describe("slack", () => {
  test("events, commands and interactions are named by their team", () => {
    const event = {
      type: "event_callback",
      event_id: "Ev1",
      team_id: "T1",
      event_time: AT / 1000,
      event: { type: "message" },
    };
    expect(named("slack", request(event))).toMatchObject({
      dedupeKey: "Ev1",
      type: "message",
      connection: "T1",
      occurredAt: AT,
    });
    expect(
      named("slack", form({ command: "/deploy", team_id: "T1", trigger_id: "t.1" })),
    ).toMatchObject({
      dedupeKey: "t.1",
      type: "slash_command",
      connection: "T1",
    });
    const action = { type: "block_actions", team: { id: "T2" }, trigger_id: "t.2" };
    expect(named("slack", form({ payload: JSON.stringify(action) }))).toMatchObject({
      dedupeKey: "t.2",
      type: "block_actions",
      connection: "T2",
    });
  });
});

describe("twilio", () => {
  test("a retry is a duplicate by its token; each state of a message is an event", () => {
    const fields = { MessageSid: "SM1", MessageStatus: "sent", AccountSid: "AC1" };
    expect(named("twilio", form(fields, { "i-twilio-idempotency-token": "t1" }))).toMatchObject({
      dedupeKey: "t1",
      type: "message.sent",
      connection: "SM1",
    });
    expect(named("twilio", form(fields)).dedupeKey).toBe("SM1/sent");
    expect(named("twilio", form({ ...fields, MessageStatus: "delivered" })).dedupeKey).toBe(
      "SM1/delivered",
    );
  });

  test("what a caller presses while the call goes on is not taken for a repetition", () => {
    const pressed = (Digits: string): EventFact =>
      named(
        "twilio",
        form({ CallSid: "CA1", CallStatus: "in-progress", SequenceNumber: "2", Digits }),
      );
    expect(pressed("1")).toMatchObject({
      type: "call.in-progress",
      connection: "CA1",
      sequence: "2",
    });
    expect(pressed("1").dedupeKey).not.toBe(pressed("2").dedupeKey);
  });
});

describe("postmark", () => {
  test("each opening of a message is an event; a bounce is known by its number", () => {
    const open = {
      RecordType: "Open",
      MessageID: "m1",
      Recipient: "a@b.c",
      ReceivedAt: "2026-11-22T12:00:00Z",
    };
    expect(named("postmark", request(open))).toMatchObject({
      type: "Open",
      connection: "m1",
      occurredAt: AT,
    });
    const later = { ...open, ReceivedAt: "2026-11-22T12:00:01Z" };
    expect(named("postmark", request(later)).dedupeKey).not.toBe(
      named("postmark", request(open)).dedupeKey,
    );
    const bounce = {
      RecordType: "Bounce",
      ID: 42,
      MessageID: "m1",
      BouncedAt: "2026-11-22T12:00:00Z",
    };
    expect(named("postmark", request(bounce)).dedupeKey).toBe("Bounce/42");
    expect(named("postmark", request({ MessageID: "m2", From: "a@b.c" }))).toMatchObject({
      dedupeKey: "m2",
      type: "Inbound",
    });
  });
});

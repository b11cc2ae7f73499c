import { describe, expect, test } from "bun:test";
import type { EventFact } from "../../src/journal/facts.ts";
import type { Inbound } from "../../src/providers/provider.ts";
import { eventSettings } from "../support/settings.ts";
import { only, opened } from "./opened.ts";
import { AT, inbound } from "./requests.ts";

const JSON_HEADER = { "content-type": "application/json" };

const request = (payload: unknown, headers: Record<string, string> = {}): Inbound =>
  inbound({ headers: { ...JSON_HEADER, ...headers }, body: JSON.stringify(payload) });

const named = (provider: string, sent: Inbound): EventFact => only(opened(provider), sent);

describe("the others", () => {
  test.each([
    [
      "paddle",
      {
        event_id: "evt_1",
        event_type: "subscription.updated",
        occurred_at: "2026-11-22T12:00:00Z",
        data: { id: "sub_1", customer_id: "ctm_1" },
      },
      ["evt_1", "subscription.updated", "ctm_1", AT],
    ],
    [
      "paddle",
      { event_id: "evt_2", event_type: "customer.created", data: { id: "ctm_1" } },
      ["evt_2", "customer.created", "ctm_1", null],
    ],
    [
      "square",
      {
        event_id: "e",
        type: "payment.created",
        merchant_id: "M1",
        created_at: "2026-11-22T12:00:00Z",
      },
      ["e", "payment.created", "M1", AT],
    ],
    [
      "intercom",
      { id: "notif_1", topic: "ping", app_id: "a1", created_at: AT / 1000, data: { item: {} } },
      ["notif_1", "ping", "a1", AT],
    ],
    [
      "intercom",
      { id: "n", topic: "contact.created", app_id: "a1", data: { item: { id: "7" } } },
      ["n", "contact.created", "a1/7", null],
    ],
    [
      "zoom",
      {
        event: "meeting.ended",
        event_ts: AT,
        payload: { account_id: "A", object: { id: 111, uuid: "u" } },
      },
      [expect.stringMatching(/^sha256:/), "meeting.ended", "111", AT],
    ],
    [
      "zoom",
      { event: "account.updated", payload: { account_id: "A" } },
      [expect.any(String), "account.updated", "A", null],
    ],
  ] as const)("%s: %j", (provider, payload, [dedupeKey, type, connection, occurredAt]) => {
    expect(named(provider, request(payload))).toMatchObject({
      dedupeKey,
      type,
      connection,
      occurredAt,
    });
  });

  test.each([
    "gitlab",
    "gocardless",
    "hubspot",
    "intercom",
    "mailgun",
    "meta",
    "paddle",
    "postmark",
    "shopify",
    "slack",
    "square",
    "svix",
    "twilio",
    "zoom",
    "cloudevents",
  ])(
    "%s: a signed body of no shape is an event known by its bytes, never a failure; a pointer goes first",
    (provider) => {
      for (const payload of [
        {},
        [null],
        "x",
        7,
        null,
        { data: null, payload: 7, event: [], type: {} },
      ]) {
        expect(opened(provider).split(request(payload)).ok).toBe(true);
      }
      const event = eventSettings({ connection: "/mine", type: "/kind" });
      expect(only(opened(provider, { event }), request({ mine: "c", kind: "k" }))).toMatchObject({
        connection: "c",
        type: "k",
      });
    },
  );
});

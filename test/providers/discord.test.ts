import { describe, expect, test } from "bun:test";
import { sign } from "node:crypto";
import { keyPair } from "../support/key-pairs.ts";
import { opened } from "./opened.ts";
import { inbound } from "./requests.ts";

const { pem, privateKey } = keyPair("ed25519");
const STAMP = "1795348800";
const provider = opened("discord", { publicKey: pem });

function request(payload: unknown, change: { readonly signature?: string } = {}) {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const signature = sign(null, Buffer.from(STAMP + body), privateKey).toString("hex");
  const headers = {
    "content-type": "application/json",
    "x-signature-ed25519": change.signature ?? signature,
    "x-signature-timestamp": STAMP,
  };
  return inbound({ headers, body });
}

const named = (payload: unknown) => {
  const split = provider.split(request(payload));
  return split.ok ? split.value[0] : undefined;
};

describe("a ping", () => {
  const PING = { application_id: "1", id: "2", token: "t", type: 1, version: 1 };
  const EVENT_PING = { version: 1, application_id: "1", type: 0 };

  test("of interactions gets its pong, of webhook events an empty 204", () => {
    expect(provider.handshake?.(request(PING))).toEqual({
      status: 200,
      headers: { "content-type": "application/json" },
      body: '{"type":1}',
    });
    expect(provider.handshake?.(request(EVENT_PING))).toMatchObject({ status: 204, body: "" });
  });

  test("with a bad signature, as Discord sends on purpose, is none: verification refuses it", async () => {
    for (const ping of [PING, EVENT_PING]) {
      for (const signature of ["00".repeat(64), "", "x"]) {
        const bad = request(ping, { signature });
        expect(provider.handshake?.(bad)).toBeNull();
        const verdict = await provider.verify(bad);
        expect(verdict.ok ? "" : verdict.error.code).toBe(
          signature === "" ? "signature_missing" : "signature_mismatch",
        );
      }
    }
  });

  test("is nothing else: an event of type 1 is journaled", () => {
    const event = { type: "ENTITLEMENT_CREATE", timestamp: "2026-11-22T11:59:00Z", data: {} };
    expect(provider.handshake?.(request({ ...EVENT_PING, type: 1, event }))).toBeNull();
    for (const odd of ["[]", "null", "1", '{"type":"1"}', "{"]) {
      expect(provider.handshake?.(request(odd))).toBeNull();
    }
  });
});

describe("an interaction", () => {
  const of = (type: number, more: object = {}) => ({ id: "7", application_id: "1", type, ...more });

  test.each([
    [2, '{"type":5}'],
    [3, '{"type":6}'],
    [4, '{"type":8,"data":{"choices":[]}}'],
    [5, '{"type":5}'],
  ])("of type %i is answered in time, the rest follows from the handler", (type, body) => {
    expect(provider.reply?.(request(of(type)))).toMatchObject({ status: 200, body });
  });

  test("of a type to come, and a webhook event, get the plain receipt", () => {
    expect(provider.reply?.(request(of(99)))).toBeNull();
    const event = { type: "APPLICATION_AUTHORIZED", timestamp: "", data: {} };
    expect(provider.reply?.(request({ type: 1, event }))).toBeNull();
    expect(provider.acceptedStatus).toBe(204);
  });

  test("is known by its id and about its guild, else its user, else the application", () => {
    expect(named(of(2, { guild_id: "g", member: { user: { id: "u" } } }))).toMatchObject({
      dedupeKey: "7",
      type: "interaction.application_command",
      connection: "guild:g",
    });
    expect(named(of(3, { user: { id: "u" } }))?.connection).toBe("user:u");
    expect(named(of(5))?.connection).toBe("1");
    expect(named(of(99))?.type).toBe("interaction.99");
  });
});

test("a webhook event is known by its bytes, and about what it names", () => {
  const event = {
    type: "APPLICATION_AUTHORIZED",
    timestamp: "2026-11-22T11:59:00.5Z",
    data: { user: { id: "u" }, guild: { id: "g" } },
  };
  expect(named({ version: 1, application_id: "1", type: 1, event })).toMatchObject({
    dedupeKey: expect.stringMatching(/^sha256:/),
    type: "APPLICATION_AUTHORIZED",
    connection: "guild:g",
    occurredAt: Date.parse("2026-11-22T11:59:00.5Z"),
  });
});

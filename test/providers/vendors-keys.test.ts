import { describe, expect, test } from "bun:test";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { verifyKey } from "discord-interactions";
import { sign as signTruelayer, verify as verifyTruelayer } from "truelayer-signing";
import { keyPair } from "../support/key-pairs.ts";
import sendgridVector from "../vectors/sendgrid.json";
import { only, opened, sampleOf, text, verdict } from "./opened.ts";
import { inbound } from "./requests.ts";

const spki = (kind: "P-256" | "P-521" | "ed25519"): string =>
  keyPair(kind).publicKey.export({ format: "pem", type: "spki" }).toString();

describe("sendgrid", () => {
  const pem = keyPair("P-256").pem;

  test("its library takes what we sign, and refuses it changed", () => {
    const sample = sampleOf("sendgrid", "bounce", { publicKey: pem });
    const library = new EventWebhook();
    const key = library.convertPublicKeyToECDSA(spki("P-256"));
    const taken = (body: string): boolean =>
      library.verifySignature(
        key,
        body,
        sample.headers["x-twilio-email-event-webhook-signature"] ?? "",
        sample.headers["x-twilio-email-event-webhook-timestamp"] ?? "",
      );
    expect(taken(text(sample))).toBe(true);
    expect(taken(`${text(sample)} `)).toBe(false);
  });

  test("the vector of its library's tests is right, with the key as the console shows it", async () => {
    const { publicKey, signature, timestamp, body } = sendgridVector;
    const provider = opened("sendgrid", { publicKey });
    const headers = (stamp: string) => ({
      "content-type": "application/json",
      "x-twilio-email-event-webhook-signature": signature,
      "x-twilio-email-event-webhook-timestamp": stamp,
    });
    const request = inbound({ headers: headers(timestamp), body });
    expect(await verdict(provider, request)).toBe("ok");
    expect(await verdict(provider, inbound({ headers: headers("1600112503"), body }))).toBe(
      "signature_mismatch",
    );
    expect(
      await verdict(provider, inbound({ headers: headers(timestamp), body: body.trim() })),
    ).toBe("signature_mismatch");
    expect(only(provider, request)).toMatchObject({
      dedupeKey: "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",
      type: "dropped",
      connection: "LRzXl_NHStOGhQ4kofSm_A",
      occurredAt: 1_600_112_492_000,
    });
  });
});

describe("discord", () => {
  const pem = keyPair("ed25519").pem;
  const hex = Buffer.from(
    keyPair("ed25519").publicKey.export({ format: "jwk" }).x ?? "",
    "base64url",
  ).toString("hex");

  test("its library takes what we sign, and refuses it changed", async () => {
    const { headers, body } = sampleOf("discord", undefined, { publicKey: pem });
    const taken = (bytes: Uint8Array): Promise<boolean> =>
      verifyKey(
        bytes,
        headers["x-signature-ed25519"] ?? "",
        headers["x-signature-timestamp"] ?? "",
        hex,
      );
    expect(await taken(body)).toBe(true);
    expect(await taken(Buffer.concat([body, Buffer.from(" ")]))).toBe(false);
  });

  test("the key is taken as the portal shows it", async () => {
    const { headers, body } = sampleOf("discord", undefined, { publicKey: pem });
    const provider = opened("discord", { publicKey: hex });
    expect(await verdict(provider, inbound({ headers, body }))).toBe("ok");
  });
});

describe("truelayer", () => {
  const { pem } = keyPair("P-521");
  const provider = opened("truelayer", { publicKey: pem });
  const body = '{"type":"payment_executed","event_id":"e1","payment_id":"p1"}';
  const stamp = "2026-11-22T11:59:59Z";
  const requestOf = (signature: string, given: { url?: string; body?: string } = {}) =>
    inbound({
      headers: {
        "content-type": "application/json",
        "tl-signature": signature,
        "x-tl-webhook-timestamp": stamp,
        "x-other": "o",
      },
      body: given.body ?? body,
      url: given.url ?? "/in/shop?x=1",
    });
  const signature = (
    headers: Record<string, string> = { "X-Tl-Webhook-Timestamp": stamp },
    path = "/in/shop",
    method = "POST",
  ): string =>
    signTruelayer({
      kid: "k",
      privateKeyPem: pem,
      method: method as never,
      path,
      headers,
      body,
    });

  test("what its library signs is right, with any headers in their own order and spelling", async () => {
    for (const headers of [{}, { "X-Other": "o", "x-TL-webhook-timestamp": stamp }, undefined]) {
      expect(await verdict(provider, requestOf(signature(headers)))).toBe("ok");
    }
    expect(only(provider, requestOf(""))).toMatchObject({
      dedupeKey: "e1",
      type: "payment_executed",
      connection: "p1",
      occurredAt: Date.parse(stamp),
    });
  });

  test("another path, method, header or body is a mismatch; a trailing slash is not", async () => {
    const of = (request: Parameters<typeof verdict>[1]) => verdict(provider, request);
    expect(await of(requestOf(signature(), { url: "/in/other" }))).toBe("signature_mismatch");
    expect(await of(requestOf(signature({}, "/in/shop", "PUT")))).toBe("signature_mismatch");
    expect(await of(requestOf(signature({ "x-other": "p" })))).toBe("signature_mismatch");
    expect(await of(requestOf(signature({ "x-absent": "p" })))).toBe("signature_mismatch");
    expect(await of(requestOf(signature(), { body: `${body} ` }))).toBe("signature_mismatch");
    expect(await of(requestOf(signature({}, "/in/shop/")))).toBe("ok");
  });

  test("its library takes what we sign, and refuses it changed", () => {
    const { headers, ...sample } = sampleOf("truelayer", undefined, { publicKey: pem });
    const taken = (bytes: string): void =>
      verifyTruelayer({
        publicKeyPem: spki("P-521"),
        signature: headers["tl-signature"] ?? "",
        method: "POST" as never,
        path: "/in/shop",
        headers: { ...headers },
        body: bytes,
        requiredHeaders: ["X-Tl-Webhook-Timestamp"],
      });
    const body = Buffer.from(sample.body).toString();
    expect(() => taken(body)).not.toThrow();
    expect(() => taken(`${body} `)).toThrow();
  });
});

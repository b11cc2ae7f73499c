import { describe, expect, test } from "bun:test";
import { sign } from "node:crypto";
import { sign as signTruelayer } from "truelayer-signing";
import type { SourceSettings } from "../../src/config/settings.ts";
import { keyPair } from "../support/key-pairs.ts";
import certificates from "../vectors/certificates.json";
import { world } from "./fetching.ts";
import { sampleOf } from "./opened.ts";

describe("truelayer", () => {
  const body = '{"type":"payment_executed","event_id":"e1"}';
  const { pem, publicKey } = keyPair("P-521");
  const published = () =>
    Response.json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] });
  const signature = signTruelayer({ kid: "k", privateKeyPem: pem, path: "/in/shop", body });
  const of = (given: Partial<SourceSettings>) => world("truelayer", given, published);

  test("keys are those of the live key set, or of the sandbox's where that is configured", async () => {
    const live = of({});
    expect(await live.ask({ "tl-signature": signature }, body)).toBe("truelayer");
    expect(live.network.asked[0]?.url).toBe("https://webhooks.truelayer.com/.well-known/jwks");
    const sandbox = of({ baseUrl: "https://api.truelayer-sandbox.com" });
    expect(await sandbox.ask({ "tl-signature": signature }, body)).toBe("truelayer");
    expect(sandbox.network.asked[0]?.url).toBe(
      "https://webhooks.truelayer-sandbox.com/.well-known/jwks",
    );
  });

  test("a signature that names any other key set is refused, and nobody is asked", async () => {
    const sandboxed = sampleOf("truelayer", undefined, {
      publicKey: pem,
      baseUrl: "https://api.truelayer-sandbox.com",
    });
    const { ask, network } = of({});
    expect(await ask({ ...sandboxed.headers }, sandboxed.body)).toBe("signature_mismatch");
    expect(network.asked).toEqual([]);
  });
});

describe("paypal", () => {
  const body = '{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED"}';
  const CERTIFICATE = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594";
  /** Of the body, as gzip has it: `printf '%s' "$body" | gzip | tail -c8 | od -t u4 -N4 -A n`. */
  const CHECKSUM = 2325436976;
  const signed = (checksum: number | string, webhook = "4JH86294D6297924G") =>
    `69cd13f0|2026-11-22T11:59:00Z|${webhook}|${checksum}`;
  const headers = (text: string, certificate = CERTIFICATE) => ({
    "paypal-transmission-id": "69cd13f0",
    "paypal-transmission-time": "2026-11-22T11:59:00Z",
    "paypal-auth-algo": "SHA256withRSA",
    "paypal-cert-url": certificate,
    "paypal-transmission-sig": sign("sha256", Buffer.from(text), certificates.privateKey).toString(
      "base64",
    ),
  });
  const of = (pem: string, secrets = ["WEBHOOK_ID", "4JH86294D6297924G"]) =>
    world("paypal", { secrets }, () => new Response(pem));

  test("is right with any of the webhook's ids, by a certificate of PayPal's name, alone or in a chain", async () => {
    for (const pem of [certificates.paypal, certificates.paypal + certificates.root]) {
      const { ask } = of(pem);
      expect(await ask(headers(signed(CHECKSUM)), body)).toBe("paypal");
      expect(await ask(headers(signed(CHECKSUM, "WEBHOOK_ID")), body)).toBe("paypal");
      expect(await ask(headers(signed(CHECKSUM, "OTHER")), body)).toBe("signature_mismatch");
      expect(await ask(headers(signed(CHECKSUM)), `${body} `)).toBe("signature_mismatch");
    }
  });

  test("another name, a broken chain or a key out of its dates proves nothing", async () => {
    const of3 = async (pem: string, at?: number) =>
      of(pem).ask(headers(signed(CHECKSUM)), body, at);
    expect(await of3(certificates.sns)).toBe("keys_unavailable");
    expect(await of3(certificates.paypal + certificates.stranger)).toBe("keys_unavailable");
    expect(await of3(certificates.paypal, Date.UTC(2025, 0, 1))).toBe("signature_mismatch");
    expect(await of3(certificates.paypal, Date.UTC(2099, 0, 1))).toBe("signature_mismatch");
  });

  test("a certificate from anywhere else is not fetched", async () => {
    const { ask, network } = of(certificates.paypal);
    for (const url of [
      "https://evil.test/v1/notifications/certs/CERT-1",
      "https://api.paypal.com.evil.test/v1/notifications/certs/CERT-1",
      "https://api.paypal.com@evil.test/v1/notifications/certs/CERT-1",
      "http://api.paypal.com/v1/notifications/certs/CERT-1",
      "https://api.paypal.com/v1/oauth2/token",
      "https://api.paypal.com/v1/notifications/certs/CERT-1/../../x",
      "https://api.paypal.com/v1/notifications/certs/CERT-1?x=y",
    ]) {
      expect(await ask(headers(signed(CHECKSUM), url), body)).toBe("signature_mismatch");
    }
    expect(network.asked).toEqual([]);
  });
});

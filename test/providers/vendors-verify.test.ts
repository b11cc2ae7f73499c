import { afterEach, describe, expect, setSystemTime, test } from "bun:test";
import "@shopify/shopify-api/adapters/web-api";
import { Paddle } from "@paddle/paddle-node-sdk";
import { ApiVersion, shopifyApi } from "@shopify/shopify-api";
import { isValidSlackRequest } from "@slack/bolt/dist/receivers/verify-request.js";
import { parse } from "gocardless-nodejs";
import { WebhooksHelper } from "square";
import { opened, SECRET, sampleOf, text, verdict } from "./opened.ts";
import { AT, inbound } from "./requests.ts";

afterEach(() => {
  setSystemTime();
});

describe("what we sign, the vendor's own verifier takes", () => {
  test("slack: Bolt", () => {
    const sample = sampleOf("slack");
    const taken = (body: string): boolean =>
      isValidSlackRequest({
        signingSecret: SECRET,
        body,
        headers: {
          "x-slack-signature": sample.headers["x-slack-signature"] ?? "",
          "x-slack-request-timestamp": Number(sample.headers["x-slack-request-timestamp"]),
        },
        nowMilliseconds: AT,
      });
    expect(taken(text(sample))).toBe(true);
    expect(taken(`${text(sample)} `)).toBe(false);
  });

  test("shopify: the app library", async () => {
    const shopify = shopifyApi({
      apiKey: "key",
      apiSecretKey: SECRET,
      hostName: "app.example.com",
      apiVersion: ApiVersion.Unstable,
      isEmbeddedApp: false,
    });
    const sample = sampleOf("shopify");
    const validated = (rawBody: string) =>
      shopify.webhooks.validate({
        rawBody,
        rawRequest: new Request("https://app.example.com/", {
          method: "POST",
          headers: sample.headers,
          body: rawBody,
        }),
      });
    expect(await validated(text(sample))).toMatchObject({
      valid: true,
      domain: "sample.myshopify.com",
    });
    expect(await validated(`${text(sample)} `)).toMatchObject({ valid: false });
  });

  test("paddle: the Node SDK, within its five seconds", async () => {
    const { webhooks } = new Paddle("pdl_sample");
    const sample = sampleOf("paddle");
    const header = sample.headers["paddle-signature"] ?? "";
    setSystemTime(AT + 4_000);
    expect(await webhooks.isSignatureValid(text(sample), SECRET, header)).toBe(true);
    expect(await webhooks.isSignatureValid(`${text(sample)} `, SECRET, header)).toBe(false);
  });

  test("square: the helper of the SDK", async () => {
    const notificationUrl = "https://hooks.example.com/in/square?a=1";
    const sample = sampleOf("square", "payment.created", {}, notificationUrl);
    const taken = (url: string): Promise<boolean> =>
      WebhooksHelper.verifySignature({
        requestBody: text(sample),
        signatureHeader: sample.headers["x-square-hmacsha256-signature"] ?? "",
        signatureKey: SECRET,
        notificationUrl: url,
      });
    expect(await taken(notificationUrl)).toBe(true);
    expect(await taken("https://hooks.example.com/in/square")).toBe(false);
  });

  test("gocardless: the client library", () => {
    const sample = sampleOf("gocardless");
    const signature = sample.headers["webhook-signature"] ?? "";
    expect(parse(text(sample), SECRET, signature)).toMatchObject([{ id: "id1" }]);
    expect(() => parse(`${text(sample)} `, SECRET, signature)).toThrow();
  });
});

describe("while a secret is exchanged", () => {
  test("any h1 of Paddle's may match, also the first", async () => {
    const { headers, body } = sampleOf("paddle");
    const right = headers["paddle-signature"] ?? "";
    const wrong = `h1=${"0".repeat(64)}`;
    const verify = (header: string): Promise<string> =>
      verdict(opened("paddle"), inbound({ headers: { "paddle-signature": header }, body }));
    expect(await verify(`${right};${wrong}`)).toBe("ok");
    expect(await verify(`${right.replace(";", `;${wrong};`)}`)).toBe("ok");
    expect(await verify(`${right.split(";")[0]};${wrong}`)).toBe("signature_mismatch");
    for (const odd of ["ts=1", "h1=aa", "ts=;h1=", "ts=x;h1=aa", ";;;"]) {
      expect(await verify(odd)).toBe("signature_mismatch");
    }
  });
});

test("shopify's newer events are signed under another name", async () => {
  const { headers, body } = sampleOf("shopify");
  const renamed = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace("x-shopify-", "shopify-"), value]),
  );
  const provider = opened("shopify");
  expect(await verdict(provider, inbound({ headers: renamed, body }))).toBe("ok");
  const split = provider.split(inbound({ headers: renamed, body }));
  expect(split.ok && split.value[0]).toMatchObject({
    type: "orders/create",
    connection: "sample.myshopify.com",
  });
});

import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { Signature } from "@hubspot/api-client/lib/src/utils/signature.js";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { getExpectedBodyHash, getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import type { Inbound } from "../../src/providers/provider.ts";
import { only, opened, SECRET, sampleOf, verdict } from "./opened.ts";
import { AT, inbound } from "./requests.ts";

const JSON_HEADER = { "content-type": "application/json" };
const FORM_HEADER = { "content-type": "application/x-www-form-urlencoded" };
const WHSEC = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;

describe("twilio, signed by Twilio's own library", () => {
  const provider = opened("twilio");
  const at = (given: Partial<Inbound>, request: Inbound): Inbound => ({ ...request, ...given });
  const fields = { MessageSid: "SM1", Body: "Grüße & 1+1=2", From: "+1 501", Empty: "" };
  const form = new URLSearchParams(fields).toString();
  const posted = (signature: string, publicUrl: string, body = form): Inbound =>
    at(
      { publicUrl },
      inbound({ headers: { ...FORM_HEADER, "x-twilio-signature": signature }, body }),
    );

  test.each([
    ["https://hooks.example.com/in/sms", "https://hooks.example.com/in/sms"],
    ["https://hooks.example.com:443/in/sms", "https://hooks.example.com/in/sms"],
    ["https://hooks.example.com/in/sms", "https://hooks.example.com:443/in/sms"],
    ["http://hooks.example.com:80/in/sms", "http://hooks.example.com/in/sms"],
    ["https://hooks.example.com:8443/in/sms", "https://hooks.example.com:8443/in/sms"],
    ["https://hooks.example.com/in/sms", "https://hooks.example.com:8443/in/sms"],
    ["https://h.example.com/in/sms?a=%27x%27&b=1", "https://h.example.com/in/sms?a=%27x%27&b=1"],
  ])("signed for %s and known here as %s, it is right", async (theirs, ours) => {
    const signature = getExpectedTwilioSignature(SECRET, theirs, fields);
    expect(await verdict(provider, posted(signature, ours))).toBe("ok");
  });

  test("for another host, path, scheme or field it is a mismatch", async () => {
    const url = "https://hooks.example.com/in/sms";
    const signature = getExpectedTwilioSignature(SECRET, url, fields);
    for (const other of [
      "https://other.example.com/in/sms",
      "https://hooks.example.com/in/sms2",
      "http://hooks.example.com/in/sms",
      "https://hooks.example.com/in/sms?x=1",
    ]) {
      expect(await verdict(provider, posted(signature, other))).toBe("signature_mismatch");
    }
    for (const body of [`${form}&More=1`, form.replace("SM1", "SM2"), ""]) {
      expect(await verdict(provider, posted(signature, url, body))).toBe("signature_mismatch");
    }
  });

  test("a repeated field counts once for each of its values, in order", async () => {
    const url = "https://hooks.example.com/in/sms";
    const signature = getExpectedTwilioSignature(SECRET, url, { M: ["b", "a", "b"], A: "1" });
    expect(await verdict(provider, posted(signature, url, "M=b&M=a&A=1&M=b"))).toBe("ok");
  });

  test("a JSON body is bound by the hash in the URL, and refused without one", async () => {
    const body = '{"status":"done"}';
    const query = `?bodySHA256=${getExpectedBodyHash(body)}`;
    const request = (path: string, content: string): Inbound => {
      const publicUrl = `https://hooks.example.com${path}`;
      const signature = getExpectedTwilioSignature(SECRET, publicUrl, {});
      const headers = { ...JSON_HEADER, "x-twilio-signature": signature };
      return at({ publicUrl }, inbound({ headers, body: content, url: path }));
    };
    expect(await verdict(provider, request(`/in/shop${query}`, body))).toBe("ok");
    expect(await verdict(provider, request(`/in/shop${query}`, `${body} `))).toBe(
      "signature_mismatch",
    );
    expect(await verdict(provider, request("/in/shop", body))).toBe("signature_mismatch");
  });
});

describe("hubspot, signed by HubSpot's own library", () => {
  const provider = opened("hubspot");
  const body = '[{"eventId":1,"subscriptionId":2,"portalId":3,"objectId":4}]';
  const request = (signedUrl: string, publicUrl: string, timestamp = AT, method = "POST") => {
    const options = { clientSecret: SECRET, url: signedUrl, requestBody: body, timestamp };
    const signature = Signature.getSignature(method, "v3", {
      ...options,
      signature: "",
      signatureVersion: "v3",
    });
    const headers = {
      ...JSON_HEADER,
      "x-hubspot-signature-v3": signature,
      "x-hubspot-request-timestamp": String(timestamp),
    };
    return { ...inbound({ headers, body }), publicUrl };
  };
  const URL = "https://hooks.example.com/in/crm";

  test("it is right for this method, URL and time, and nothing else", async () => {
    expect(await verdict(provider, request(URL, URL))).toBe("ok");
    expect(await verdict(provider, request(URL, `${URL}/`))).toBe("signature_mismatch");
    expect(await verdict(provider, request(URL, URL, AT, "PUT"))).toBe("signature_mismatch");
  });

  test("five minutes are tolerated either way, a millisecond more is not", async () => {
    const at = (stamp: number): Promise<string> => verdict(provider, request(URL, URL, stamp));
    expect(await at(AT - 300_000)).toBe("ok");
    expect(await at(AT - 300_001)).toBe("timestamp_too_old");
    expect(await at(AT + 300_000)).toBe("ok");
    expect(await at(AT + 300_001)).toBe("timestamp_in_future");
  });

  test("a query may have been decoded before it was signed", async () => {
    const [sent, decoded] = [`${URL}?to=a%40b%3Fc%20d`, `${URL}?to=a@b?c%20d`];
    expect(await verdict(provider, request(decoded, sent))).toBe("ok");
    expect(await verdict(provider, request(sent, sent))).toBe("ok");
    expect(await verdict(provider, request(`${URL}?to=a@b?c d`, sent))).toBe("signature_mismatch");
  });
});

describe("svix and gitlab, signed by their libraries", () => {
  const body = '{"event_type":"ping","data":{"success":true}}';
  const headersOf = (names: string, signature: string, id = "msg_1") => ({
    ...JSON_HEADER,
    [`${names}-id`]: id,
    [`${names}-timestamp`]: String(AT / 1000),
    [`${names}-signature`]: signature,
  });

  test("svix's headers and white-labelled ones are right alike", async () => {
    const provider = opened("svix", { secrets: [WHSEC] });
    const signature = new SvixWebhook(WHSEC).sign("msg_1", new Date(AT), body);
    for (const names of ["svix", "webhook"]) {
      const request = inbound({ headers: headersOf(names, signature), body });
      expect(await verdict(provider, request)).toBe("ok");
      expect(only(provider, request)).toMatchObject({ dedupeKey: "msg_1", type: "ping" });
      const other = inbound({ headers: headersOf(names, signature, "msg_2"), body });
      expect(await verdict(provider, other)).toBe("signature_mismatch");
    }
  });

  test("svix's own library takes our samples", () => {
    const sample = sampleOf("svix", "invoice.paid", { secrets: [WHSEC] });
    const headers = Object.fromEntries(Object.entries(sample.headers));
    // Its clock cannot be set: the signature is what is compared.
    const expected = new SvixWebhook(WHSEC).sign(
      "id1",
      new Date(AT),
      Buffer.from(sample.body).toString(),
    );
    expect(headers["svix-signature"]).toBe(expected);
  });

  test("gitlab's signing token and its secret token are right alike", async () => {
    const provider = opened("gitlab", { secrets: [WHSEC, "plain-token"] });
    const signature = new StandardWebhook(WHSEC).sign("msg_1", new Date(AT), body);
    const signed = headersOf("webhook", signature);
    const verify = (headers: Record<string, string>, content = body): Promise<string> =>
      verdict(provider, inbound({ headers, body: content }));
    expect(await verify(signed)).toBe("ok");
    expect(await verify(signed, `${body} `)).toBe("signature_mismatch");
    expect(await verify({ "x-gitlab-token": "plain-token" })).toBe("ok");
    expect(await verify({ "x-gitlab-token": "plain-tokem" })).toBe("signature_mismatch");
    expect(await verify({ ...signed, "x-gitlab-token": "unknown" })).toBe("ok");
    expect(await verify({ ...signed, "webhook-signature": "v1,AAAA" })).toBe("signature_mismatch");
    expect(await verify({})).toBe("signature_missing");
  });
});

describe("intercom, zoom and meta, signed by the platform's own HMAC", () => {
  const body = '{"a":"ü"}';
  const hmac = (algorithm: string, content: string): string =>
    createHmac(algorithm, SECRET).update(content).digest("hex");

  test("each is right over the exact bytes, and over nothing else", async () => {
    const seconds = String(AT / 1000);
    const requests: Record<string, Record<string, string>> = {
      intercom: { "x-hub-signature": `sha1=${hmac("sha1", body)}` },
      meta: { "x-hub-signature-256": `sha256=${hmac("sha256", body)}` },
      zoom: {
        "x-zm-signature": `v0=${hmac("sha256", `v0:${seconds}:${body}`)}`,
        "x-zm-request-timestamp": seconds,
      },
    };
    for (const [name, headers] of Object.entries(requests)) {
      expect(await verdict(opened(name), inbound({ headers, body }))).toBe("ok");
      const other = inbound({ headers, body: '{"a":"\\u00fc"}' });
      expect(await verdict(opened(name), other)).toBe("signature_mismatch");
    }
  });
});

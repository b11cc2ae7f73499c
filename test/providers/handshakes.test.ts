import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import type { SourceSettings } from "../../src/config/settings.ts";
import { type Answer, Receiving } from "../support/receiving.ts";
import { sourceSettings } from "../support/settings.ts";
import { SECRET } from "./opened.ts";
import { AT } from "./requests.ts";

const JSON_HEADER = { "content-type": "application/json" };
const hmac = (secret: string, content: string): string =>
  createHmac("sha256", secret).update(content).digest("hex");

function receiving(provider: string, given: Partial<SourceSettings> = {}): Receiving {
  const source = { provider, verify: null, secrets: [SECRET], ...given };
  return new Receiving([sourceSettings(source)], {}, AT);
}

async function unjournaled(to: Receiving, init: RequestInit, query = ""): Promise<Answer> {
  const answer = await to.receive(new Request(`http://hooks.test/in/shop${query}`, init));
  expect(to.journal.intakes).toEqual([]);
  return answer;
}

const STAMP = String(AT / 1000);
/** Signed as Slack and Zoom do: `v0:<timestamp>:<body>`. */
const signedInit = (names: string, body: string, secret = SECRET, stamp = STAMP): RequestInit => ({
  method: "POST",
  body,
  headers: {
    ...JSON_HEADER,
    [`${names}-signature`]: `v0=${hmac(secret, `v0:${stamp}:${body}`)}`,
    [`${names}-request-timestamp`]: stamp,
  },
});

describe("slack's challenge", () => {
  const body = JSON.stringify({ type: "url_verification", challenge: "3eZbrw1a", token: "x" });

  test("is answered with itself, as text, and not journaled", async () => {
    const answer = await unjournaled(receiving("slack"), signedInit("x-slack", body));
    expect([answer.status, answer.text]).toEqual([200, "3eZbrw1a"]);
    expect(answer.headers.get("content-type")).toStartWith("text/plain");
  });

  test("is refused without a signature, with another's, and too late", async () => {
    const plain = await unjournaled(receiving("slack"), {
      method: "POST",
      body,
      headers: JSON_HEADER,
    });
    expect(plain.code).toBe("signature_missing");
    const other = await unjournaled(receiving("slack"), signedInit("x-slack", body, "other"));
    expect(other.code).toBe("signature_mismatch");
    const late = signedInit("x-slack", body, SECRET, String(AT / 1000 - 301));
    expect((await unjournaled(receiving("slack"), late)).code).toBe("timestamp_too_old");
  });

  test("an event is answered with nothing, which Slack shows to nobody", async () => {
    const to = receiving("slack");
    const event = JSON.stringify({
      type: "event_callback",
      event_id: "Ev1",
      event: { type: "message" },
    });
    const answer = await to.receive(
      new Request("http://hooks.test/in/shop", signedInit("x-slack", event)),
    );
    expect([answer.status, answer.text, to.journal.intakes.length]).toEqual([200, "", 1]);
  });
});

describe("zoom's validation of the URL", () => {
  const body = JSON.stringify({
    event: "endpoint.url_validation",
    event_ts: AT,
    payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" },
  });

  test("is answered as often as it comes, with the secret that signed it", async () => {
    const to = receiving("zoom", { secrets: ["old", SECRET] });
    for (const secret of [SECRET, "old", SECRET]) {
      const answer = await unjournaled(to, signedInit("x-zm", body, secret));
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toEqual({
        plainToken: "qgg8vlvZRS6UYooatFL8Aw",
        encryptedToken: hmac(secret, "qgg8vlvZRS6UYooatFL8Aw"),
      });
    }
  });

  test("is refused with another's signature: nobody gets something signed by asking", async () => {
    const other = await unjournaled(receiving("zoom"), signedInit("x-zm", body, "other"));
    expect(other.code).toBe("signature_mismatch");
    const none = await unjournaled(receiving("zoom"), {
      method: "POST",
      body,
      headers: JSON_HEADER,
    });
    expect(none.code).toBe("signature_missing");
  });
});

describe("meta's challenge", () => {
  const to = (): Receiving => receiving("meta", { verifyToken: "my-token" });
  const ask = (query: string): Promise<Answer> => unjournaled(to(), { method: "GET" }, query);

  test("is answered with itself, as text, for the right token", async () => {
    const right = "?hub.mode=subscribe&hub.verify_token=my-token&hub.challenge=1158201444";
    const answer = await ask(right);
    expect([answer.status, answer.text]).toEqual([200, "1158201444"]);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test.each([
    "",
    "?hub.mode=subscribe&hub.verify_token=other&hub.challenge=1",
    "?hub.mode=subscribe&hub.verify_token=my-token",
    "?hub.mode=unsubscribe&hub.verify_token=my-token&hub.challenge=1",
    "?hub.mode=subscribe&hub.challenge=1",
    "?hub.mode=subscribe&hub.verify_token=my-token&hub.challenge=%3Cscript%3E",
    `?hub.mode=subscribe&hub.verify_token=my-token&hub.challenge=${"1".repeat(600)}`,
  ])("is refused otherwise: %p", async (query) => {
    expect((await ask(query)).code).toBe("signature_mismatch");
  });

  test("without a token in the configuration nobody is answered", async () => {
    const query = "?hub.mode=subscribe&hub.verify_token=&hub.challenge=1";
    const answer = await unjournaled(receiving("meta"), { method: "GET" }, query);
    expect(answer.status).toBe(401);
  });
});

describe("the question whether a sender of CloudEvents may send", () => {
  const ask = (given: Partial<SourceSettings>, headers: Record<string, string>): Promise<Answer> =>
    unjournaled(receiving("cloudevents", given), { method: "OPTIONS", headers });
  const ORIGIN = { "webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120" };
  const consent = (answer: Answer) => [
    answer.headers.get("webhook-allowed-origin"),
    answer.headers.get("webhook-allowed-rate"),
  ];

  test("gets consent for a configured origin, with the rate that is configured", async () => {
    const open = await ask({ verifyToken: "other.example, EventGrid.azure.net" }, ORIGIN);
    expect(consent(open)).toEqual(["eventgrid.azure.net", "*"]);
    expect(open.headers.get("allow")).toContain("POST");
    const rateLimit = { perSecond: 10, burst: 20 };
    expect(consent(await ask({ verifyToken: "*", rateLimit }, ORIGIN))).toEqual([
      "eventgrid.azure.net",
      "600",
    ]);
  });

  test("gets none for another origin, nor where none is configured", async () => {
    for (const verifyToken of [null, "", "azure.net", "eventgrid.azure.net.evil.example"]) {
      expect(consent(await ask({ verifyToken }, ORIGIN))).toEqual([null, null]);
    }
    expect(consent(await ask({ verifyToken: "*" }, {}))).toEqual([null, null]);
  });
});

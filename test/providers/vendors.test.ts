import { describe, expect, test } from "bun:test";
import { Webhooks } from "@octokit/webhooks";
import examples from "@octokit/webhooks-examples/api.github.com/index.json";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import type { SourceSettings } from "../../src/config/settings.ts";
import { presetByName } from "../../src/providers/index.ts";
import type { Inbound, Provider } from "../../src/providers/provider.ts";
import { fingerprintOf } from "../../src/providers/schemes/compare.ts";
import { testDeps } from "../support/network.ts";
import { sourceSettings } from "../support/settings.ts";
import { AT, inbound } from "./requests.ts";

const JSON_HEADER = { "content-type": "application/json" };

function open(provider: string, given: Partial<SourceSettings>): Provider {
  const preset = presetByName(provider);
  if (preset === undefined) throw new Error(`no preset ${provider}`);
  return preset.open(sourceSettings({ provider, verify: null, ...given }), testDeps());
}

async function verdict(provider: Provider, request: Inbound): Promise<string> {
  const result = await provider.verify(request);
  return result.ok ? "ok" : result.error.code;
}

const only = (provider: Provider, request: Inbound) => {
  const events = provider.split(request);
  if (!events.ok) throw new Error(events.error.detail);
  expect(events.value.length).toBe(1);
  return events.value[0];
};

describe("stripe, signed by Stripe's own library", () => {
  const secrets = ["whsec_old", "whsec_new"];
  const provider = open("stripe", { secrets });
  const payload = JSON.stringify({
    id: "evt_1",
    object: "event",
    type: "invoice.paid",
    created: 1_790_000_000,
    data: { object: { object: "invoice", id: "in_1", customer: "cus_1" } },
  });
  const header = (secret: string, timestamp = AT / 1000, scheme = "v1"): Promise<string> =>
    Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp, scheme });
  const request = (signature: string, body = payload): Inbound =>
    inbound({ headers: { ...JSON_HEADER, "stripe-signature": signature }, body });

  test("either of two secrets is right, and which one is told", async () => {
    for (const secret of secrets) {
      const result = await provider.verify(request(await header(secret)));
      expect(result).toEqual({
        ok: true,
        value: { scheme: "stripe", fingerprint: fingerprintOf(secret) },
      });
    }
    expect(await verdict(provider, request(await header("whsec_other")))).toBe(
      "signature_mismatch",
    );
  });

  test("one right v1 among several signatures is enough; v0 never is", async () => {
    const right = (await header("whsec_new")).split(",")[1];
    const rotated = `t=${AT / 1000},v1=${"0".repeat(64)},${right},v0=${"1".repeat(64)}`;
    expect(await verdict(provider, request(rotated))).toBe("ok");
    const testing = await header("whsec_new", AT / 1000, "v0");
    expect(await verdict(provider, request(testing))).toBe("signature_mismatch");
  });

  test("five minutes are tolerated either way, a second more is not", async () => {
    const now = AT / 1000;
    const at = async (seconds: number): Promise<string> =>
      verdict(provider, request(await header("whsec_new", seconds)));
    expect(await at(now - 300)).toBe("ok");
    expect(await at(now - 301)).toBe("timestamp_too_old");
    expect(await at(now + 300)).toBe("ok");
    expect(await at(now + 301)).toBe("timestamp_in_future");
  });

  test("a header of another form is a mismatch, an absent one is missing", async () => {
    for (const odd of ["x", "t=,v1=", "t=1", "v1=aa", "t=x,v1=aa", ",,,", "t=1;v1=aa"]) {
      expect(await verdict(provider, request(odd))).toBe("signature_mismatch");
    }
    expect(await verdict(provider, inbound({ body: payload }))).toBe("signature_missing");
  });

  test("an event is named by its id, type and time", () => {
    expect(only(provider, request(""))).toEqual({
      dedupeKey: "evt_1",
      type: "invoice.paid",
      connection: "cus_1",
      occurredAt: 1_790_000_000_000,
      sequence: null,
      range: null,
    });
  });

  test.each([
    [{ account: "acct_1", data: { object: { id: "in_1", customer: "cus_1" } } }, "acct_1"],
    [{ data: { object: { id: "in_1", customer: { id: "cus_2" } } } }, "cus_2"],
    [{ data: { object: { id: "cus_3", object: "customer", customer: "x" } } }, "cus_3"],
    [{ data: { object: { id: "po_1", object: "payout", customer: null } } }, "po_1"],
    [{ object: "v2.core.event", related_object: { id: "mtr_1" } }, "mtr_1"],
    [{ object: "v2.core.event", context: "acct_2", related_object: { id: "m" } }, "acct_2"],
    [{ data: { object: 7 } }, null],
    [[], null],
  ])("the connection of %j is %p", (event, connection) => {
    const request = inbound({ headers: JSON_HEADER, body: JSON.stringify(event) });
    expect(only(provider, request)?.connection ?? null).toBe(connection);
  });

  test("the source's own pointer goes before the preset's connection", () => {
    const event = { items: null, id: null, type: null, connection: "/data/object/id" };
    const own = open("stripe", {
      secrets,
      event: { ...event, occurredAt: null, sequence: null, dedupe: "id" },
    });
    expect(only(own, request(""))?.connection).toBe("in_1");
  });
});

describe("github, signed by Octokit", () => {
  const secret = "It's a Secret to Everybody";
  const provider = open("github", { secrets: [secret] });
  const octokit = new Webhooks({ secret });

  test("the signature published in GitHub's documentation is right", async () => {
    const published = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    const request = (signature: string): Inbound =>
      inbound({ headers: { "x-hub-signature-256": signature }, body: "Hello, World!" });
    expect(await verdict(provider, request(`sha256=${published}`))).toBe("ok");
    expect(await verdict(provider, request(published))).toBe("signature_mismatch");
    expect(await verdict(provider, request(`sha1=${published}`))).toBe("signature_mismatch");
  });

  test("every example payload is verified and named", async () => {
    let count = 0;
    for (const definition of examples) {
      for (const [index, example] of definition.examples.entries()) {
        const body = JSON.stringify(example);
        const request = inbound({
          headers: {
            ...JSON_HEADER,
            "x-hub-signature-256": await octokit.sign(body),
            "x-github-event": definition.name,
            "x-github-delivery": `${definition.name}-${index}`,
            "x-github-hook-id": "7",
          },
          body,
        });
        expect(await verdict(provider, request)).toBe("ok");
        const event = only(provider, request);
        expect(event?.dedupeKey).toBe(`${definition.name}-${index}`);
        const action = "action" in example ? `.${example.action}` : "";
        expect(event?.type).toBe(definition.name + action);
        expect(event?.connection).toMatch(/^(\d+|organization:\d+|installation:\d+|hook:7)$/);
        if ("repository" in example) expect(event?.connection).toBe(String(example.repository?.id));
        count++;
      }
    }
    expect(count).toBeGreaterThan(150);
  });

  test("a delivery sent as a form is verified as it came and read as its payload", async () => {
    const payload = { action: "opened", repository: { id: 12 } };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const request = inbound({
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-hub-signature-256": await octokit.sign(body),
        "x-github-event": "issues",
        "x-github-delivery": "guid",
      },
      body,
    });
    expect(await verdict(provider, request)).toBe("ok");
    expect(request.parsed()).toEqual({ ok: true, value: payload });
    expect(only(provider, request)).toMatchObject({ type: "issues.opened", connection: "12" });
  });
});

describe("standard webhooks, signed by the reference library and by Svix", () => {
  const secret = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;
  const provider = open("standard-webhooks", { secrets: [secret] });
  const payload = '{"type":"user.created","timestamp":"2026-11-22T11:59:00.5Z","data":{"id":"u"}}';
  const request = (signature: string, seconds = AT / 1000, body = payload): Inbound =>
    inbound({
      headers: {
        ...JSON_HEADER,
        "webhook-id": "msg_1",
        "webhook-timestamp": `${seconds}`,
        "webhook-signature": signature,
      },
      body,
    });

  test("both libraries' signatures are right", async () => {
    for (const Webhook of [StandardWebhook, SvixWebhook]) {
      const signature = new Webhook(secret).sign("msg_1", new Date(AT), payload);
      expect(await verdict(provider, request(signature))).toBe("ok");
      expect(await verdict(provider, request(`v1,AAAA ${signature}`))).toBe("ok");
      expect(await verdict(provider, request(signature, AT / 1000, `${payload} `))).toBe(
        "signature_mismatch",
      );
    }
  });

  test("five minutes are tolerated either way, a second more is not", async () => {
    const at = (seconds: number): Promise<string> => {
      const signature = new StandardWebhook(secret).sign(
        "msg_1",
        new Date(seconds * 1000),
        payload,
      );
      return verdict(provider, request(signature, seconds));
    };
    expect(await at(AT / 1000 - 300)).toBe("ok");
    expect(await at(AT / 1000 - 301)).toBe("timestamp_too_old");
    expect(await at(AT / 1000 + 300)).toBe("ok");
    expect(await at(AT / 1000 + 301)).toBe("timestamp_in_future");
  });

  test("Svix's published vector, whose key is short, is right", async () => {
    const published = open("standard-webhooks", { secrets: ["whsec_plJ3nmyCDGBKInavdOK15jsl"] });
    const vector = inbound({
      headers: {
        "webhook-id": "msg_loFOjxBNrRLzqYUf",
        "webhook-timestamp": "1731705121",
        "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
      },
      body: '{"event_type":"ping","data":{"success":true}}',
      at: 1_731_705_121_000,
    });
    expect(await verdict(published, vector)).toBe("ok");
  });

  test("an event is named by the header's id and the payload's type and time", () => {
    expect(only(provider, request(""))).toEqual({
      dedupeKey: "msg_1",
      type: "user.created",
      connection: null,
      occurredAt: Date.UTC(2026, 10, 22, 11, 59, 0, 500),
      sequence: null,
      range: null,
    });
  });
});

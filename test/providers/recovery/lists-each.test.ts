import { describe, expect, test } from "bun:test";
import type { Missed } from "../../../src/providers/recovery.ts";
import { eventSettings } from "../../support/settings.ts";
import { HUBSPOT_FILES, hubspotStub } from "../../support/stubs/hubspot.ts";
import { PADDLE_KEY, paddleStub } from "../../support/stubs/paddle.ts";
import { paypalStub } from "../../support/stubs/paypal.ts";
import { SQUARE_KEY, squareStub } from "../../support/stubs/square.ts";
import { STRIPE_KEY, stripeStub } from "../../support/stubs/stripe.ts";
import { type Happened, StubApi } from "../../support/stubs/stub.ts";
import { SVIX_KEY, SVIX_URL, svixStub } from "../../support/stubs/svix.ts";
import { opened, split } from "../opened.ts";
import { AT, inbound } from "../requests.ts";
import { HOUR_MS, listRecovery, pagesOf, sweptBy } from "./sweeping.ts";

const CREDENTIALS = { clientId: "ada", clientSecret: "s3cret" };

const textOf = ({ body }: Missed): string => Buffer.from(body).toString();
const idsOf = (missed: readonly Missed[]): string[] =>
  missed.map((one) => JSON.parse(textOf(one)).id ?? JSON.parse(textOf(one)).event_id);

describe("of a list of everything", () => {
  const happened = (id: string, type: string, field: string, name: string): Happened => ({
    id,
    type,
    at: AT - 1_000,
    payload: { [name]: id, [field]: type, created: Math.floor(AT / 1000) - 1 },
  });

  test("Stripe's types that the endpoint is not subscribed to are left out", async () => {
    const own = ["invoice.paid", "charge.succeeded", "payout.paid"].map((type, index) =>
      happened(`evt_${index}`, type, "type", "id"),
    );
    const endpoints = [
      { url: "https://hooks.example.com/in/shop", enabled_events: ["invoice.paid", "payout.paid"] },
      { url: "https://elsewhere.example.com/stripe", enabled_events: ["charge.succeeded"] },
    ];
    const recovery = listRecovery("stripe", { apiKey: STRIPE_KEY });
    const api = new StubApi(stripeStub({ own, endpoints }));
    expect(idsOf(await sweptBy(recovery, api))).toEqual(["evt_0", "evt_2"]);
    expect(api.asked.at(-1)?.url).toContain("types%5B%5D=invoice.paid");
    const all = [{ url: "https://hooks.example.com/in/shop", enabled_events: ["*"] }];
    expect((await sweptBy(recovery, new StubApi(stripeStub({ own, endpoints: all })))).length).toBe(
      3,
    );
    const proxied = [{ url: "https://a.example/x", enabled_events: ["charge.succeeded"] }];
    const behind = new StubApi(stripeStub({ own, endpoints: proxied }));
    expect(idsOf(await sweptBy(recovery, behind))).toEqual(["evt_1"]);
  });

  test("so are Paddle's", async () => {
    const listed = ["transaction.paid", "customer.created"].map((type, index) =>
      happened(`evt_${index}`, type, "event_type", "event_id"),
    );
    const settings = [
      {
        destination: "https://h.example/in/shop",
        subscribed_events: [{ name: "customer.created" }],
      },
    ];
    const api = new StubApi(paddleStub(listed, settings));
    const missed = await sweptBy(listRecovery("paddle", { apiKey: PADDLE_KEY }), api);
    expect(idsOf(missed)).toEqual(["evt_1"]);
  });

  test("so are Square's", async () => {
    const listed = ["payment.created", "order.created"].map((type, index) =>
      happened(`e${index}`, type, "type", "event_id"),
    );
    const own = [{ notification_url: "https://h.example/in/shop", event_types: ["order.created"] }];
    const api = new StubApi(squareStub(listed, own));
    const missed = await sweptBy(listRecovery("square", { apiKey: SQUARE_KEY }), api);
    expect(idsOf(missed)).toEqual(["e1"]);
  });
});

describe("stripe connect", () => {
  const event = eventSettings({ connection: "/account" });
  const recovery = listRecovery("stripe", { apiKey: STRIPE_KEY, event });
  const of = (account: string, count: number): Happened[] =>
    Array.from({ length: count }, (_, index) => {
      const created = Math.floor(AT / 1000) - 600 + index;
      const id = `evt_${account}_${index}`;
      return {
        id,
        type: "payout.paid",
        at: created * 1000,
        payload: { id, type: "payout.paid", created },
      };
    });
  const accounts = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `acct_${index}`,
      of(`acct_${index}`, index === 3 ? 130 : 1),
    ]),
  );

  test("the events of every account come, each named by its account, and none of one's own", async () => {
    const api = new StubApi(stripeStub({ own: of("own", 5), accounts }));
    const missed = await sweptBy(recovery, api);
    expect(new Set(idsOf(missed)).size).toBe(59 + 130);
    for (const { headers, body } of missed) {
      const [named] = split(opened("stripe", { event }), inbound({ headers, body }));
      expect(named?.dedupeKey.startsWith(`evt_${named.connection}_`)).toBe(true);
    }
  });

  test("one account is asked for alone", async () => {
    const api = new StubApi(stripeStub({ own: [], accounts }));
    const missed = await sweptBy(recovery, api, { connection: "acct_7" });
    expect(idsOf(missed)).toEqual(["evt_acct_7_0"]);
    expect(api.paths()).toEqual(["GET /v1/webhook_endpoints", "GET /v1/events"]);
  });
});

describe("svix", () => {
  const recovery = listRecovery("svix", { apiKey: SVIX_KEY, baseUrl: SVIX_URL });
  const all: Happened[] = Array.from({ length: 30 }, (_, index) => ({
    id: `msg_${index}`,
    type: "a",
    at: AT - HOUR_MS + index * 60_000,
    payload: { n: index },
  }));
  const idsAfter = async (api: StubApi, kept: string | null) => {
    const pages = await pagesOf(recovery, api, { kept });
    if (typeof pages === "string") throw new Error(pages);
    return {
      ids: pages.flatMap(({ missed }) => missed.map((one) => one.headers["svix-id"])),
      keep: pages.at(-1)?.keep,
    };
  };

  test("where a sweep ended the next begins", async () => {
    const first = await idsAfter(new StubApi(svixStub(all.slice(0, 20))), null);
    expect([first.ids.length, first.keep]).toEqual([20, "at-20"]);
    const second = await idsAfter(new StubApi(svixStub(all)), first.keep ?? null);
    expect(second.ids).toEqual(all.slice(20).map(({ id }) => id));
  });

  test("an iterator that is not taken any more is replaced by the time", async () => {
    const { ids } = await idsAfter(new StubApi(svixStub(all, 10)), "at-5");
    expect(ids.length).toBe(30);
  });

  test("an iterator that does not move ends the sweep", async () => {
    const api = new StubApi(() => ({
      status: 200,
      body: '{"data":[],"iterator":"x","done":false}',
    }));
    expect(await pagesOf(recovery, api, { kept: "x" })).toHaveLength(1);
  });
});

describe("hubspot", () => {
  const recovery = listRecovery("hubspot", { credentials: CREDENTIALS });
  const all: Happened[] = Array.from({ length: 250 }, (_, index) => ({
    id: String(index),
    type: "0-1.CREATE",
    at: AT,
    payload: { portalId: 1, objectId: index, action: "CREATE", objectTypeId: "0-1" },
  }));
  const swept = async (api: StubApi, kept: string | null) =>
    (await sweptBy(recovery, api, { kept })).map((one) => JSON.parse(textOf(one)).objectId);

  test("from the offset that is kept on, and nothing when it is the newest", async () => {
    expect(await swept(new StubApi(hubspotStub(all)), "offset-1")).toEqual(
      Array.from({ length: 50 }, (_, index) => 200 + index),
    );
    expect(await swept(new StubApi(hubspotStub(all)), "offset-2")).toEqual([]);
  });

  test("an offset that has expired is replaced by the journal's beginning", async () => {
    const ids = await swept(new StubApi(hubspotStub(all, 2)), "offset-0");
    expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => 200 + index));
  });

  test("files are fetched without credentials, and never in plain", async () => {
    const api = new StubApi(hubspotStub(all));
    await swept(api, "offset-1");
    const files = api.asked.filter(({ url }) => url.startsWith(HUBSPOT_FILES));
    expect(files.map(({ headers }) => Object.keys(headers))).toEqual([["accept"]]);
    const plain = new StubApi(() => ({
      status: 200,
      body: '{"url":"http://169.254.169.254/x","currentOffset":"a"}',
    }));
    expect(await pagesOf(recovery, plain)).toBe("unreadable");
    expect(plain.asked.length).toBe(1);
  });
});

test("PayPal's next page is followed at PayPal only", async () => {
  const at = AT - 1_000;
  const all = Array.from({ length: 60 }, (_, index) => ({
    id: `WH-${index}`,
    type: "a",
    at,
    payload: { id: `WH-${index}`, create_time: new Date(at).toISOString() },
  }));
  const recovery = listRecovery("paypal", { credentials: CREDENTIALS });
  const api = new StubApi(paypalStub(all, "https://paypal.evil.example"));
  expect(await pagesOf(recovery, api)).toBe("unreadable");
});

import { expect, test } from "bun:test";
import { finlink } from "../../../src/providers/finlink.ts";
import { KeyService } from "../../../src/providers/key-service.ts";
import { Sessions } from "../../../src/providers/sessions.ts";
import { inbound } from "../../providers/requests.ts";
import { testDeps } from "../../support/network.ts";
import { sourceSettings } from "../../support/settings.ts";
import { DAY_MS, HOUR_MS, play, type Received, settled, toTheEnd } from "./play.ts";

const tokenIn = ({ json }: Received): string => String(json["connectionToken"] ?? "");

test("where nothing goes wrong each change that is told arrives once, in the order of each connection", async () => {
  const own = play();
  await toTheEnd(own);
  const { webhooks } = own.finlink.stats();
  expect(own.received).toHaveLength(webhooks.due);
  expect(webhooks).toMatchObject({ lost: 0, doubled: 0, accepted: webhooks.due, gaveUp: 0 });
  for (const letters of Map.groupBy(own.received, tokenIn).values()) {
    const dates = letters.map(
      ({ json }) => (json["connection"] as { updatedAt: string }).updatedAt,
    );
    expect(dates).toEqual(dates.toSorted());
    expect(new Set(dates).size).toBe(dates.length);
  }
});

test("what is lost never arrives, what is doubled arrives twice, and the rest once", async () => {
  const own = play({ loseShare: 0.2, doubleShare: 0.2, vagueShare: 0.1 });
  await toTheEnd(own);
  const { webhooks } = own.finlink.stats();
  expect(webhooks.lost).toBeGreaterThan(0);
  expect(webhooks.doubled).toBeGreaterThan(0);
  expect(own.received).toHaveLength(webhooks.due - webhooks.lost + webhooks.doubled);
  expect(own.received.filter((each) => tokenIn(each) === "").length).toBeGreaterThan(0);
});

test("the preset takes every webhook, and none with another body, over a change of keys", async () => {
  const own = play({ keys: 3 });
  await toTheEnd(own);
  const { clock } = own;
  const fetch = (url: string, init: RequestInit): Promise<Response> =>
    own.finlink.answer(new Request(url, init));
  const sessions = new Sessions({ fetch, clock });
  const source = sourceSettings({
    provider: "finlink",
    verify: null,
    baseUrl: "http://127.0.0.1:8090",
    credentials: { ...own.finlink.credentials },
  });
  const keys = new KeyService({ fetch, clock, sessions });
  const { verify } = finlink.open(source, { ...testDeps(), sessions, keys });
  const judged = ({ body, token }: Received) =>
    verify(inbound({ body, headers: { "vumi-verification": token }, at: clock.now() }));
  const kids = new Set(own.received.map(({ token }) => token.split(".")[0]));
  expect(kids.size).toBe(3);
  for (const letter of own.received) {
    expect(await judged(letter)).toMatchObject({ ok: true, value: { scheme: "finlink" } });
  }
  const [first] = own.received;
  if (first === undefined) throw new Error("nothing was sent");
  expect(await judged({ ...first, body: Buffer.from("{}") })).toMatchObject({ ok: false });
});

test("a webhook that is not accepted is sent again after its waits, and then given up", async () => {
  const own = play({ connections: 1, changes: 1, retriesMs: [60_000, 600_000] });
  own.answer = () => 500;
  await toTheEnd(own);
  const [first] = own.received;
  expect(own.received.slice(0, 3).map(({ at }) => at - (first?.at ?? 0))).toEqual([
    0, 60_000, 660_000,
  ]);
  const { webhooks } = own.finlink.stats();
  expect(webhooks).toMatchObject({ accepted: 0, gaveUp: webhooks.due, sent: 3 * webhooks.due });
});

test("a receiver that comes back within the retries gets it after all", async () => {
  const own = play({ connections: 1, changes: 1 });
  own.answer = () => {
    if (own.received.length < 3) throw new Error("connection refused");
    return 202;
  };
  await toTheEnd(own);
  const { webhooks } = own.finlink.stats();
  expect(webhooks).toMatchObject({ unanswered: 2, accepted: webhooks.due, gaveUp: 0 });
});

test("webhooks that fall into an outage are not sent, neither then nor later", async () => {
  const own = play({ outageMs: DAY_MS });
  await toTheEnd(own);
  const { webhooks } = own.finlink.stats();
  expect(webhooks.away).toBeGreaterThan(5);
  expect(own.received).toHaveLength(webhooks.due - webhooks.away);
  const during = own.received.filter(({ at }) => at > 1.5 * DAY_MS && at < 2.5 * DAY_MS);
  expect(during).toEqual([]);
});

test("bursts come at few moments, many at once", async () => {
  const own = play({ burstShare: 1, delayMsMax: 0 });
  await toTheEnd(own);
  const moments = new Set(own.received.map(({ at }) => at));
  expect(moments.size).toBeLessThanOrEqual(41);
  expect(own.received.length).toBeGreaterThan(2 * moments.size);
});

test("to finish is to stop changing: what happened is told, and nothing else happens", async () => {
  const own = play({ delayMsMax: 12 * HOUR_MS, faultShare: 1 });
  own.finlink.start();
  await own.clock.advance(DAY_MS);
  const histories = JSON.stringify(own.finlink.world.histories());
  own.finlink.finish();
  await settled(own.clock);
  expect(own.finlink.stats()).toMatchObject({ finished: true, faults: false });
  const told = own.finlink.stats().webhooks;
  expect(own.received).toHaveLength(told.due);
  await own.clock.advance(3 * DAY_MS);
  expect(JSON.stringify(own.finlink.world.histories())).toBe(histories);
});

test("two plays of one seed send the same to the same, at the same time", async () => {
  const sent = async (): Promise<unknown> => {
    const own = play({ loseShare: 0.2, doubleShare: 0.2, reorderShare: 0.3, burstShare: 0.2 });
    await toTheEnd(own);
    return own.received.map(({ at, json }) => ({ at, json }));
  };
  expect(await sent()).toEqual(await sent());
});

import { describe, expect, test } from "bun:test";
import { presets } from "../../../src/providers/index.ts";
import type { Missed } from "../../../src/providers/recovery.ts";
import { failing, type Happened, StubApi } from "../../support/stubs/stub.ts";
import { opened, split } from "../opened.ts";
import { AT, inbound } from "../requests.ts";
import { LIST_CASES, type ListCase } from "./list-cases.ts";
import { HOUR_MS, listRecovery, pagesOf, sweptBy } from "./sweeping.ts";

const SINCE = AT - HOUR_MS;

/** `count` events, evenly from the beginning of the sweep to its end, both included. */
const events = (each: ListCase, count: number): Happened[] =>
  Array.from({ length: count }, (_, index) =>
    each.make(index, SINCE + Math.floor((index * HOUR_MS) / Math.max(count - 1, 1))),
  );

const namesOf = (each: ListCase, { headers, body }: Missed) =>
  split(opened(each.name), inbound({ headers, body })).map(({ range: _, ...names }) => names);

function webhookNames(each: ListCase, event: Happened) {
  const { headers, payload } = each.webhook(event);
  const body = JSON.stringify(payload);
  const type = { "content-type": "application/json" };
  const request = inbound({ headers: { ...type, ...headers }, body });
  return split(opened(each.name), request).map(({ range: _, ...names }) => names);
}

describe.each(LIST_CASES.map((each) => [each.name, each] as const))("%s", (_, each) => {
  const recovery = listRecovery(each.name, each.source);
  /** What does not name itself is known by its bytes, which the stub writes otherwise than a webhook would. */
  const known = ({ dedupeKey, ...names }: ReturnType<typeof namesOf>[number]) =>
    each.name === "hubspot" ? names : { dedupeKey, ...names };

  test("what is listed is named exactly as its webhook: it would be a duplicate", async () => {
    const [event] = events(each, 1);
    if (event === undefined) throw new Error("no event");
    const missed = await sweptBy(recovery, new StubApi(each.stub([event])));
    const names = missed.flatMap((one) => namesOf(each, one));
    expect(names.map(known)).toEqual(webhookNames(each, event).map(known));
    expect(names[0]?.type).not.toBe("event");
    expect(names[0]?.occurredAt ?? event.at).toBe(event.at);
  });

  test("250 events come page by page, each once", async () => {
    const all = events(each, 250);
    const pages = await pagesOf(recovery, new StubApi(each.stub(all)));
    if (typeof pages === "string") throw new Error(pages);
    const keys = pages.flatMap(({ missed }) =>
      missed.flatMap((one) => namesOf(each, one).map(({ dedupeKey }) => dedupeKey)),
    );
    expect(keys.length).toBe(250);
    expect(new Set(keys).size).toBe(250);
    expect(pages.length).toBeGreaterThan(1);
    if (each.name === "hubspot") return;
    const expected = all.flatMap((event) => webhookNames(each, event).map((one) => one.dedupeKey));
    expect(keys.toSorted()).toEqual(expected.toSorted());
  });

  test("within a page the oldest is first; over all pages where it says so", async () => {
    const all = events(each, 250);
    const pages = await pagesOf(recovery, new StubApi(each.stub(all)));
    if (typeof pages === "string") throw new Error(pages);
    const groups = recovery.oldestFirst
      ? [pages.flatMap(({ missed }) => missed)]
      : pages.map((page) => page.missed);
    for (const missed of groups) {
      const order = missed.map(({ body }) => numberIn(body));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  test("the numbers of a payload keep every digit", async () => {
    const [event] = events(each, 1);
    if (event === undefined) throw new Error("no event");
    const stub = each.stub([{ ...event, payload: { ...event.payload, big: "@big" } }]);
    const big = "12345678901234567890123";
    const api = new StubApi((ask) => {
      const answer = stub(ask);
      return { ...answer, body: answer.body.replaceAll('"@big"', big) };
    });
    const [missed] = await sweptBy(recovery, api);
    expect(Buffer.from(missed?.body ?? []).toString()).toContain(big);
  });

  if (each.timed) {
    test("the edges of the window belong to it, and nothing beyond them", async () => {
      const times = [SINCE - 1_000, SINCE, AT, AT + 1_000];
      const four = times.map((at, index) => each.make(index, at));
      const missed = await sweptBy(recovery, new StubApi(each.stub(four)));
      expect(missed.map(({ body }) => numberIn(body)).toSorted()).toEqual(
        [1, 2].map((index) => numberIn(bytesOf(each, four[index]))),
      );
    });
  }

  test("what happened in the second in which the sweep begins belongs to it", async () => {
    const api = new StubApi(each.stub([each.make(1, SINCE + 500)]));
    expect((await sweptBy(recovery, api, { since: SINCE + 400 })).length).toBe(1);
  });

  test("an empty list is no fault", async () => {
    expect(await sweptBy(recovery, new StubApi(each.stub([])))).toEqual([]);
  });

  test.each(["<html>", "null", "[{}", '{"data":{},"events":"none","iterator":1}', '"text"'])(
    "an answer that is not the documented one (%s) is unreadable",
    async (body) => {
      const api = new StubApi(() => ({ status: 200, body }));
      expect(await pagesOf(recovery, api)).toBe("unreadable");
    },
  );

  test("a refusal is handed on as it is", async () => {
    const codes = ["unauthorised", "refused", "unavailable"];
    for (const [index, status] of [401, 400, 503].entries()) {
      const api = new StubApi(() => failing(status));
      expect(await pagesOf(recovery, api)).toBe(codes[index] ?? "");
    }
  });

  test("a fault on a later page is the sweep's", async () => {
    const stub = each.stub(events(each, 250));
    const api = new StubApi(stub);
    const first = await recovery.list(
      { since: SINCE, until: AT, kept: null, page: null, connection: null },
      api,
    );
    if (!first.ok) throw new Error(first.error.detail);
    api.becomes(() => failing(500));
    const second = await recovery.list(
      { since: SINCE, until: AT, kept: null, page: first.value.next, connection: null },
      api,
    );
    expect(second.ok ? "" : second.error.code).toBe("unavailable");
  });

  test("without what it needs it says so, and what to do", () => {
    expect(recovery.lacks).toBe(null);
    expect(listRecovery(each.name, {}).lacks).toMatch(/`[a-zA-Z]+/);
  });
});

/** The number that a made payload has somewhere: its place among the events. */
function numberIn(body: Uint8Array): number {
  const text = Buffer.from(body).toString();
  const found = /(?:in_|"number":\s*|EV|txn_|"P|CAP|"n":\s*|"objectId":\s*)(\d+)/.exec(text);
  return Number(found?.[1]);
}

const bytesOf = (each: ListCase, event: Happened | undefined): Uint8Array =>
  Buffer.from(JSON.stringify(event === undefined ? null : each.webhook(event).payload));

test("every preset that can be asked is proven here or by its states", () => {
  const asked = presets.filter(({ recovery }) => recovery !== undefined).map(({ name }) => name);
  const states = ["finlink", "plaid", "shopify"];
  expect(asked.toSorted()).toEqual([...LIST_CASES.map(({ name }) => name), ...states].toSorted());
});

test("whoever can be asked says for how long, and whoever cannot says that", () => {
  for (const { guide, recovery } of presets) {
    if (recovery !== undefined) expect(guide.recovery).toMatch(/`|days/);
  }
});

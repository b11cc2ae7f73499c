import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { EventSettings } from "../../src/config/settings.ts";
import type { EventFact } from "../../src/journal/facts.ts";
import { parseMoment } from "../../src/providers/date-time.ts";
import { type Naming, openSplit } from "../../src/providers/naming.ts";
import { eventSettings } from "../support/settings.ts";
import { inbound } from "./requests.ts";

const nothing: Naming = () => ({});
const JSON_TYPE = { "content-type": "application/json" };

function split(
  body: string,
  given: Partial<EventSettings> | null,
  naming = nothing,
  type = JSON_TYPE,
) {
  const settings = given === null ? null : eventSettings(given);
  return openSplit(settings, naming)(inbound({ headers: type, body }));
}
function named(
  body: string,
  given: Partial<EventSettings> | null,
  naming = nothing,
): readonly EventFact[] {
  const result = split(body, given, naming);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}
function refusal(body: string, given: Partial<EventSettings> | null, type = JSON_TYPE): string {
  const result = split(body, given, nothing, type);
  return result.ok ? "taken" : `${result.error.code}: ${result.error.detail}`;
}
const hash = (bytes: string | Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const POINTERS = {
  id: "/id",
  type: "/kind",
  connection: "/account/id",
  occurredAt: "/at",
  sequence: "/n",
};

describe("one request, one event", () => {
  test("is named by the pointers", () => {
    const body = '{"id":"e1","kind":"made","account":{"id":7},"at":1790000000,"n":3}';
    expect(named(body, POINTERS)).toEqual([
      {
        dedupeKey: "e1",
        type: "made",
        connection: "7",
        occurredAt: 1_790_000_000_000,
        sequence: 3,
        range: null,
      },
    ]);
  });

  test("is known by its bytes where the pointers lead nowhere", () => {
    for (const body of [
      "{}",
      '{"id":null,"kind":{},"account":[],"n":true}',
      "[1]",
      "7",
      '{"id":""}',
    ]) {
      expect(named(body, POINTERS)).toEqual([
        {
          dedupeKey: hash(body),
          type: "event",
          connection: null,
          occurredAt: null,
          sequence: null,
          range: null,
        },
      ]);
    }
  });

  test("is known by its bytes where the source wants that", () => {
    expect(named('{"id":"e1"}', { id: "/id", dedupe: "body" })[0]?.dedupeKey).toBe(
      hash('{"id":"e1"}'),
    );
  });

  test("a pointer goes before what the preset knows, also when it leads nowhere", () => {
    const preset: Naming = () => ({ id: "preset", type: "preset", connection: "preset" });
    expect(
      named('{"kind":"own"}', { type: "/kind", connection: "/none" }, preset)[0],
    ).toMatchObject({
      dedupeKey: "preset",
      type: "own",
      connection: null,
    });
  });

  test("neighbouring big numbers stay two ids", () => {
    const [one, two] = ["9007199254740993", "9007199254740992"].map(
      (id) => named(`{"x":[0,{"id": ${id} }]}`, { id: "/x/1/id", sequence: "/x/1/id" })[0],
    );
    expect(one?.dedupeKey).toBe("9007199254740993");
    expect(two?.dedupeKey).toBe("9007199254740992");
    expect(one?.sequence).toBe("9007199254740993");
  });

  test("a big number inside a form's JSON is no id: its digits are not to be had", () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const result = split("payload=%7B%22id%22%3A9007199254740993%7D", { id: "/id" }, nothing, form);
    expect(result.ok && result.value[0]?.dedupeKey).toStartWith("sha256:");
    const small = split("payload=%7B%22id%22%3A12%7D", { id: "/id" }, nothing, form);
    expect(small.ok && small.value[0]?.dedupeKey).toBe("12");
  });

  test("a pointer never leads into a prototype", () => {
    expect(named("{}", { id: "/__proto__/x", type: "/constructor/name" })[0]?.type).toBe("event");
  });
});

describe("a key", () => {
  test("that is too long as an id is hashed, and stays unique", () => {
    const [a, b] = [`${"x".repeat(512)}a`, `${"x".repeat(512)}b`];
    expect(named(JSON.stringify({ id: a }), { id: "/id" })[0]?.dedupeKey).toBe(hash(a));
    expect(named(JSON.stringify({ id: b }), { id: "/id" })[0]?.dedupeKey).toBe(hash(b));
    const fits = "ü".repeat(256);
    expect(named(JSON.stringify({ id: fits }), { id: "/id" })[0]?.dedupeKey).toBe(fits);
  });

  test("with half a surrogate pair does not become another's", () => {
    const keys = ["\\ud800", "\\ud801"].map(
      (id) => named(`{"id":"${id}"}`, { id: "/id" })[0]?.dedupeKey,
    );
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key?.isWellFormed()).toBe(true);
    expect(named('{"c":"a\\ud800"}', { connection: "/c" })[0]?.connection).toBe("a\ufffd");
  });

  test("that is too long as a connection or type is refused with its place", () => {
    const long = (bytes: number): string => JSON.stringify({ v: "x".repeat(bytes) });
    expect(refusal(long(512), { connection: "/v" })).toBe("taken");
    expect(refusal(long(513), { connection: "/v" })).toContain("connection key is longer than 512");
    expect(refusal(long(256), { type: "/v" })).toBe("taken");
    expect(refusal(long(257), { type: "/v" })).toContain("type is longer than 256");
    expect(refusal(`{"e":[{},${long(513)}]}`, { items: "/e", connection: "/v" })).toContain(
      "/e/1: ",
    );
  });
});

describe("a batch", () => {
  const items = { ...POINTERS, items: "/events" };

  test("becomes one event an item, each by its own bytes", () => {
    const body = '{ "events": [ {"id":"a"} , {"kind" : "b"},3 ], "events2": [] }';
    const events = named(body, items);
    const texts = events.map(({ range }) =>
      range === null ? "" : body.slice(range[0], range[0] + range[1]),
    );
    expect(texts).toEqual(['{"id":"a"}', '{"kind" : "b"}', "3"]);
    expect(events.map((event) => event.dedupeKey)).toEqual([
      "a",
      hash('{"kind" : "b"}'),
      hash("3"),
    ]);
  });

  test("may be the whole body, and may be empty", () => {
    expect(
      named('[{"id":1},{"id":2}]', { items: "", id: "/id" }).map((event) => event.range),
    ).toEqual([
      [1, 8],
      [10, 8],
    ]);
    expect(named("[]", { items: "" })).toEqual([]);
  });

  test("whose request alone has an id gives each event its place in it", () => {
    const preset: Naming = () => ({ deliveryId: "msg_1" });
    const keys = named("[1,1]", { items: "" }, preset).map((event) => event.dedupeKey);
    expect(keys).toEqual(["msg_1/0", "msg_1/1"]);
  });

  test("that is none is refused", () => {
    for (const body of ["{}", '{"events":{}}', '{"events":null}', "[]"]) {
      expect(refusal(body, items)).toContain("a JSON array at /events");
    }
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect(refusal("events=1&events=2", items, form)).toStartWith("malformed_body");
    expect(refusal("{events&events=1&events=2", items, form)).toStartWith("malformed_body");
  });
});

describe("a moment", () => {
  test.each([
    ["2026-11-22T12:00:00Z", 0],
    ["2026-11-22t12:00:00.123456z", 123],
    ["2026-11-22 12:00", 0],
    ["2026-11-22T13:00:00+01:00", 0],
    ["2026-11-22T12:30:00.5+0030", 500],
    ["2026-11-22", -12 * 3_600_000],
    [Date.UTC(2026, 10, 22, 12) / 1000, 0],
    [Date.UTC(2026, 10, 22, 12), 0],
    [Date.UTC(2026, 10, 22, 12) / 1000 + 0.25, 250],
    [String(Date.UTC(2026, 10, 22, 12) / 1000), 0],
    [String(Date.UTC(2026, 10, 22, 12)), 0],
  ])("%p is understood", (written, offset) => {
    expect(parseMoment(written)).toBe(Date.UTC(2026, 10, 22, 12) + offset);
  });

  test.each([
    "soon",
    "",
    "2026-13-01",
    "2026-11-22T25:00:00Z",
    "22.11.2026",
    -1,
    Number.NaN,
    1e300,
    null,
    true,
    {},
    "9".repeat(40),
    "2026-11-22T12:00:00+99:99",
  ])("%p is none", (written) => {
    expect(parseMoment(written)).toBeNull();
  });
});

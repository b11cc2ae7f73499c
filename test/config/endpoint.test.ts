import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readEndpoint, readEndpointPatch } from "../../src/config/endpoint.ts";
import type { EndpointSettings } from "../../src/config/settings.ts";
import { accepted, check, faultsOf } from "../support/config-presets.ts";

const RULES = { allowPrivate: ["10.1.0.0/16"], publicUrl: "https://hooks.example.com" };
const CLOSED = { allowPrivate: [], publicUrl: null };
const URL = "https://wh.example.com/hook";
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

function settingsOf(over: Record<string, unknown> = {}): EndpointSettings {
  const read = readEndpoint({ url: URL, ...over }, RULES);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

const pathsOf = (over: Record<string, unknown>, rules: typeof CLOSED | typeof RULES = RULES) => {
  const read = readEndpoint({ url: URL, ...over }, rules);
  return read.ok ? [] : read.error.map(({ path }) => path);
};

describe("an endpoint", () => {
  test("needs no more than a URL, and has every default filled in", () => {
    expect(settingsOf()).toEqual({
      url: URL,
      types: ["*"],
      filter: null,
      secret: null,
      headers: {},
      auth: null,
      strategy: "push",
      batch: { items: 100, waitMs: 1000 },
      order: "none",
      rateLimit: null,
      concurrency: 10,
      timeoutMs: 15_000,
      retry: expect.objectContaining({ attempts: 10 }),
      confirmMs: null,
      paused: false,
    });
  });

  test("has the documented schedule of ten attempts", () => {
    const delays = settingsOf().retry.delaysMs?.map((ms) => ms / 60_000);
    expect(delays).toEqual([5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440]);
  });

  test("that is pulled needs no URL; any other does", () => {
    expect(readEndpoint({ strategy: "pull" }, CLOSED).ok).toBe(true);
    for (const strategy of ["push", "batch", undefined]) {
      const read = readEndpoint({ strategy }, CLOSED);
      expect(read.ok ? [] : read.error.map(({ path }) => path)).toEqual(["url"]);
    }
  });

  test("has every fault told at once, each at its place, and no secret among them", () => {
    const read = readEndpoint(
      {
        url: "http://wh.example.com",
        types: ["order.[a]"],
        filter: { amount: { $gt: 1, $matches: "x" } },
        secret: "whsec_hushhush",
        headers: { "webhook-id": "hushhush", "x-a": "hush\r\nhush: hush" },
        auth: { bearer: "hush hush\n", basic: { username: "hushhush", password: "hushhush" } },
        strategy: "pish",
        batch: { items: 0 },
        order: "conection",
        rateLimit: 5,
        concurrency: 0,
        timeout: "1h",
        retry: { attempts: 0 },
        confirm: "5m",
        paused: "no",
        tpyes: [],
      },
      CLOSED,
    );
    const faults = read.ok ? [] : read.error;
    expect(faults.map(({ path }) => path).sort()).toEqual([
      "auth",
      "batch.items",
      "concurrency",
      "confirm",
      "filter.amount.$matches",
      "headers.webhook-id",
      "headers.x-a",
      "order",
      "paused",
      "rateLimit",
      "retry.attempts",
      "secret",
      "strategy",
      "timeout",
      "tpyes",
      "types[0]",
      "url",
    ]);
    expect(JSON.stringify(faults)).not.toContain("hush");
    expect(faults.find(({ path }) => path === "tpyes")?.nearest).toBe("types");
    expect(faults.find(({ path }) => path === "url")?.nearest).toBe('"https://wh.example.com"');
  });

  test("may sign with several secrets, each of which must be one", () => {
    const second = `whsk_${Buffer.alloc(32, 9).toString("base64")}`;
    expect(settingsOf({ secret: [SECRET, second] }).secret).toBe(`${SECRET} ${second}`);
    expect(settingsOf({ secret: SECRET }).secret).toBe(SECRET);
    expect(pathsOf({ secret: [SECRET, "whpk_x"] })).toEqual(["secret[1]"]);
    expect(pathsOf({ secret: "" })).toEqual(["secret"]);
  });

  test("confirms only where its subscriber can reach us", () => {
    expect(settingsOf({ confirm: "5m" }).confirmMs).toBe(300_000);
    expect(pathsOf({ confirm: "5m" }, CLOSED)).toEqual(["confirm"]);
    expect(faultsOf({ sources: {}, endpoints: { wh: { url: URL, confirm: "5m" } } })[0]?.path).toBe(
      "endpoints.wh.confirm",
    );
    expect(
      check({
        sources: {},
        publicUrl: "https://h.example",
        endpoints: { wh: { url: URL, confirm: "5m" } },
      }).ok,
    ).toBe(true);
  });
});

describe("an endpoint's URL", () => {
  const faultOf = (url: unknown, rules: typeof RULES | typeof CLOSED = CLOSED) => {
    const read = readEndpoint({ url }, rules);
    return read.ok ? null : read.error[0]?.message;
  };

  test("is kept as it was given, a slash at its end and a query too", () => {
    for (const url of [URL, `${URL}/`, "https://x.example", "https://x.example:8443/a?b=c"]) {
      expect(settingsOf({ url }).url).toBe(url);
    }
  });

  test("leads to no address that is not public, however it is written", () => {
    for (const host of [
      "127.0.0.1",
      "localhost",
      "a.localhost",
      "localhost.",
      "[::1]",
      "10.0.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "0x7f.1",
      "2130706433",
      "0177.0.0.1",
      "[::ffff:10.0.0.1]",
      "[fd00::1]",
      "0.0.0.0",
    ]) {
      expect(faultOf(`https://${host}/x`)).toStartWith("leads to an address that is not public");
    }
    expect(faultOf("https://8.8.8.8/x")).toBeNull();
  });

  test("is plain http to excepted addresses alone; a name is judged when it is connected to", () => {
    expect(faultOf("http://10.1.2.3:9000/x", RULES)).toBeNull();
    expect(faultOf("http://10.2.2.3/x", RULES)).toStartWith("leads to");
    expect(faultOf("http://8.8.8.8/x", RULES)).toBe("is not https");
    expect(faultOf("http://wh.internal/x", RULES)).toBeNull();
    expect(faultOf("http://wh.internal/x", CLOSED)).toBe("is not https");
  });

  test("has no credentials, no fragment, no other scheme", () => {
    expect(faultOf("https://u:p@x.example")).toContain("credentials");
    expect(faultOf("https://x.example/#a")).toContain("fragment");
    for (const url of ["ftp://x.example", "javascript:1", "x.example", "", 7, null]) {
      expect(faultOf(url)).toBeString();
    }
  });
});

describe("a change of an endpoint", () => {
  test("holds what is given and nothing else; null takes away", () => {
    const change = (raw: Record<string, unknown>) => readEndpointPatch(raw, RULES);
    expect(change({})).toEqual({ ok: true, value: {} });
    expect(change({ timeout: "2s", filter: null, confirm: "1m" })).toEqual({
      ok: true,
      value: { timeoutMs: 2000, filter: null, confirmMs: 60_000 },
    });
    expect(change({ types: [] }).ok).toBe(false);
    expect(change({ url: "http://127.0.0.1" }).ok).toBe(false);
  });
});

test("no value makes reading an endpoint throw, and what is accepted is plain JSON", () => {
  const keys = fc.constantFrom(
    "url",
    "types",
    "filter",
    "secret",
    "headers",
    "auth",
    "batch",
    "retry",
    "rateLimit",
  );
  const values = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(fc.oneof(values, fc.dictionary(keys, values)), (raw) => {
      const read = readEndpoint(raw, CLOSED);
      if (!read.ok) return read.error.length > 0;
      return Bun.deepEquals(JSON.parse(JSON.stringify(read.value)), read.value);
    }),
    { numRuns: 500 },
  );
});

test("a configuration's endpoints are read with its own exceptions", () => {
  const { settings, warnings } = accepted({
    sources: {},
    network: { allowPrivate: ["127.0.0.1"] },
    endpoints: { local: { url: "http://127.0.0.1:9000/hook" } },
  });
  expect(warnings).toEqual([]);
  expect(settings.endpoints["local"]?.url).toBe("http://127.0.0.1:9000/hook");
  expect(faultsOf({ sources: {}, endpoints: { a: { url: "http://127.0.0.1:9" } } })[0]?.path).toBe(
    "endpoints.a.url",
  );
});

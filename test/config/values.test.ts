import { describe, expect, test } from "bun:test";
import { Type } from "../../src/config/define.ts";
import { nearest } from "../../src/config/nearest.ts";
import { accepted, acceptedSource, faultsOf, sourceFault } from "../support/config-presets.ts";

describe("durations", () => {
  test("are read in every unit", () => {
    for (const [text, ms] of [
      ["250ms", 250],
      ["30s", 30_000],
      ["1.5m", 90_000],
      ["24h", 86_400_000],
    ] as const) {
      expect(acceptedSource({ timeout: text }).timeoutMs).toBe(ms);
    }
  });

  test("in other writings are faults that name the right one", () => {
    for (const [given, right] of [
      ["15 minutes", '"15m"'],
      ["15min", '"15m"'],
      ["2 Hours", '"2h"'],
      ["500 milliseconds", '"500ms"'],
      ["soon", undefined],
      ["-5s", undefined],
      ["", undefined],
      ["48h", '"24h"'],
      ["1ms", '"10ms"'],
      [30, '"30s" or "30ms"'],
      [2000, '"2000s" or "2s"'],
    ] as const) {
      const fault = sourceFault({ timeout: given });
      expect([fault.path, given, fault.nearest]).toEqual(["timeout", given, right]);
    }
  });
});

describe("sizes", () => {
  test("are read as text or as bytes", () => {
    expect(acceptedSource({ bodyLimit: "32MiB" }).bodyBytesMax).toBe(32 * 2 ** 20);
    expect(acceptedSource({ bodyLimit: 4096 }).bodyBytesMax).toBe(4096);
  });

  test("in other writings or beyond 32 MiB are faults", () => {
    expect(sourceFault({ bodyLimit: "5MB" }).nearest).toBe('"5MiB"');
    expect(sourceFault({ bodyLimit: "64k" }).nearest).toBe('"64KiB"');
    expect(sourceFault({ bodyLimit: "33MiB" }).allowed).toBe("1KiB to 32MiB");
    expect(sourceFault({ bodyLimit: "0.3B" }).path).toBe("bodyLimit");
    expect(sourceFault({ bodyLimit: true }).path).toBe("bodyLimit");
  });
});

describe("addresses", () => {
  const listen = (address: unknown) =>
    accepted({ sources: {}, listen: { public: address } }).settings.listen.public;
  const refused = (address: unknown) => faultsOf({ sources: {}, listen: { public: address } })[0];

  test("are host and port", () => {
    expect(listen("127.0.0.1:0")).toEqual({ host: "127.0.0.1", port: 0 });
    expect(listen("localhost:8080")).toEqual({ host: "localhost", port: 8080 });
    expect(listen("[::1]:65535")).toEqual({ host: "::1", port: 65_535 });
  });

  test("without either are faults", () => {
    for (const bad of [
      "8080",
      ":8080",
      "host",
      "1.2.3:80",
      "300.1.1.1:80",
      "::1:80",
      "[1.2.3.4]:80",
      "a b:80",
      "http://x:80",
      "",
    ]) {
      expect([bad, refused(bad)?.path]).toEqual([bad, "listen.public"]);
    }
    expect(refused(":8080")?.nearest).toBe('"0.0.0.0:8080"');
    expect(refused("127.0.0.1:65536")?.message).toBe("has a port above 65535");
  });
});

describe("networks", () => {
  const networks = (given: unknown) =>
    accepted({ sources: {}, network: { allowPrivate: given } }).settings.network.allowPrivate;
  const refused = (given: string) =>
    faultsOf({ sources: {}, network: { allowPrivate: [given] } })[0];

  test("are CIDR, or an address by itself", () => {
    expect(networks(["10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8", "0.0.0.0/0"])).toEqual([
      "10.0.0.0/8",
      "127.0.0.1/32",
      "::1/128",
      "fd00::/8",
      "0.0.0.0/0",
    ]);
  });

  test("of other forms are faults", () => {
    for (const bad of [
      "localhost",
      "10.0.0.0/33",
      "::/129",
      "10.0.0.0/8/8",
      "10.0.0.0/-1",
      "10.0/8",
      "10.0.0.0/",
    ]) {
      expect([bad, refused(bad)?.path]).toEqual([bad, "network.allowPrivate[0]"]);
    }
    expect(refused("192.168.1.77/24")?.nearest).toBe('"192.168.1.0/24" or "192.168.1.77/32"');
  });
});

describe("URLs", () => {
  const publicUrl = (given: string) =>
    accepted({ sources: {}, publicUrl: given }).settings.publicUrl;

  test("lose the slash at their end", () => {
    expect(publicUrl("https://hooks.example.com/")).toBe("https://hooks.example.com");
    expect(publicUrl("https://hooks.example.com/base//")).toBe("https://hooks.example.com/base");
    expect(publicUrl("http://localhost:8080")).toBe("http://localhost:8080");
  });

  test("without a scheme, or with a query where none may be, are faults", () => {
    const near = (given: string) => faultsOf({ sources: {}, publicUrl: given })[0]?.nearest;
    expect(near("hooks.example.com/x")).toBe('"https://hooks.example.com/x"');
    expect(near("https://x.example/a?b=c")).toBe('"https://x.example/a"');
    expect(faultsOf({ sources: {}, publicUrl: "ftp://x.example" })).toHaveLength(1);
  });

  test("of APIs and endpoints are https, but for excepted addresses", () => {
    const raw = {
      sources: { s: { provider: "custom", verify: "none", baseUrl: "http://127.0.0.1:9000" } },
    };
    expect(faultsOf(raw)[0]?.path).toBe("sources.s.baseUrl");
    expect(faultsOf({ ...raw, network: { allowPrivate: ["127.0.0.1/32"] } })).toEqual([]);
  });
});

describe("pointers", () => {
  test("are kept as written", () => {
    const event = {
      items: "",
      id: "/a~1b/0",
      type: "/t",
      connection: "/c",
      occurredAt: "/o",
      sequence: "/s",
      dedupe: "body",
    };
    expect(acceptedSource({ event }).event).toEqual({ ...event, dedupe: "body" });
  });

  test("in other notations are faults that name the right one", () => {
    for (const [given, right] of [
      ["id", "/id"],
      ["data.id", "/data/id"],
      ["$.data.items[0]", "/data/items/0"],
      ["data/id", "/data/id"],
      ["/a~b", "/a~0b"],
    ] as const) {
      expect(sourceFault({ event: { id: given } }).nearest).toBe(JSON.stringify(right));
    }
  });
});

describe("rates", () => {
  test("are a number a second, however written", () => {
    expect(acceptedSource({ rateLimit: "100/s" }).rateLimit).toEqual({
      perSecond: 100,
      burst: 100,
    });
    expect(acceptedSource({ rateLimit: "30/m" }).rateLimit).toEqual({ perSecond: 0.5, burst: 1 });
    expect(acceptedSource({ rateLimit: { perSecond: 5, burst: 50 } }).rateLimit).toEqual({
      perSecond: 5,
      burst: 50,
    });
  });

  test("of nothing, or without a unit, are faults", () => {
    expect(sourceFault({ rateLimit: 100 }).nearest).toBe('"100/s"');
    for (const bad of ["0/s", "100", "100/d", "-1/s", null])
      expect(sourceFault({ rateLimit: bad }).path).toBe("rateLimit");
    expect(sourceFault({ rateLimit: { perSecond: 0 } }).path).toBe("rateLimit.perSecond");
  });
});

describe("retry", () => {
  test("is a growing wait, or a list of waits", () => {
    const growing = acceptedSource({
      retry: { attempts: 3, base: "2s", factor: 1.5, max: "1m", jitter: "none" },
    }).retry;
    expect(growing).toEqual({
      attempts: 3,
      baseMs: 2000,
      factor: 1.5,
      maxMs: 60_000,
      jitter: "none",
      delaysMs: null,
    });
    const listed = acceptedSource({ retry: ["1s", "5m"] }).retry;
    expect([listed.attempts, listed.delaysMs]).toEqual([3, [1000, 300_000]]);
    expect(acceptedSource({ retry: [] }).retry.attempts).toBe(1);
  });

  test("without sense is a fault", () => {
    expect(sourceFault({ retry: ["1s", "soon"] }).path).toBe("retry[1]");
    expect(sourceFault({ retry: { base: "2h", max: "1h" } }).path).toBe("retry.base");
    expect(sourceFault({ retry: { factor: 0.5 } }).path).toBe("retry.factor");
    expect(sourceFault({ retry: { tries: 3 } }).path).toBe("retry.tries");
    expect(sourceFault({ retry: 3 }).path).toBe("retry");
  });
});

describe("schemas", () => {
  test("are kept by their types, in order", () => {
    const schemas = { "invoice.*": Type.Object({ id: Type.String() }), paid: Type.Any() };
    expect(acceptedSource({ schemas }).schemas).toEqual(["invoice.*", "paid"]);
  });

  test("that could never be used are faults", () => {
    expect(sourceFault({ schemas: { a: { type: "object" } } }).path).toBe("schemas.a");
    expect(sourceFault({ schemas: { "a b": Type.Any() } }).path).toBe('schemas["a b"]');
    expect(sourceFault({ schemas: { "a.**": Type.Any() } }).nearest).toBe('"a.*"');
    const unknownFormat = Type.Object({ at: Type.String({ format: "datetime" } as object) });
    expect(sourceFault({ schemas: { a: unknownFormat } }).nearest).toBe("date-time");
  });
});

test("the nearest name forgives case, dashes and a slip or two, and no more", () => {
  const names = ["stripe", "github", "gitlab", "standard-webhooks"];
  expect(nearest("Strpie", names)).toBe("stripe");
  expect(nearest("standardwebhook", names)).toBe("standard-webhooks");
  expect(nearest("gitbub", names)).toBe("github");
  expect(nearest("paypal", names)).toBeUndefined();
  expect(nearest("", names)).toBeUndefined();
  expect(nearest("x".repeat(100_000), names)).toBeUndefined();
});

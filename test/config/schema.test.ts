import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { env } from "../../src/config/define.ts";
import { startReading } from "../../src/config/environment.ts";
import { accepted, check, faultsOf } from "../support/config-presets.ts";

describe("a configuration with many faults", () => {
  test("has every one of them told at once, each at its place", () => {
    startReading();
    const faults = faultsOf({
      listn: {},
      journal: "postgres://db",
      listen: { public: 8080, admin: "127.0.0.1:99999" },
      publicUrl: "hooks.example.com",
      dedupe: "30 days",
      handlers: { hosts: 0, memory: "512MB" },
      network: { allowPrivate: ["10.0.0.1/8"] },
      sources: {
        Bank: { provider: "stripe", secrets: ["whsec_x"] },
        pay: { provider: "strpe", secrets: [`whsec_${env("LONGSTOP_TEST_ABSENT")}`] },
        crm: {
          provider: "custom",
          verify: { scheme: "hmac", algorithm: "sha-257", header: "x-signature", secrets: ["s"] },
          event: { id: "data.id" },
          timeout: 30,
          retry: { attempts: 0 },
          onEvent: "handle",
        },
        open: { provider: "custom" },
      },
      endpoints: { warehouse: { url: "http://wh.example.com", types: ["order.[a]"] } },
    });
    expect(faults.map((fault) => fault.path).sort()).toEqual([
      "dedupe",
      "endpoints.warehouse.types[0]",
      "endpoints.warehouse.url",
      "handlers.hosts",
      "handlers.memory",
      "journal",
      "listen.admin",
      "listen.public",
      "listn",
      "network.allowPrivate[0]",
      "publicUrl",
      "sources.Bank",
      "sources.crm.event.id",
      "sources.crm.onEvent",
      "sources.crm.retry.attempts",
      "sources.crm.timeout",
      "sources.crm.verify.algorithm",
      "sources.open.verify",
      "sources.pay.provider",
      "sources.pay.secrets[0]",
    ]);
  });

  test("names the nearest right writing where there is one", () => {
    const near = (raw: unknown): string | undefined => faultsOf(raw)[0]?.nearest;
    expect(near({ sorces: {} })).toBe("sources");
    expect(near({ data_dir: "x" })).toBe("dataDir");
    expect(near({ handlers: { host: 2 } })).toBe("hosts");
    expect(near({ sources: { s: { provider: "git-hub", secrets: "x" } } })).toBe('"github"');
    expect(near({ sources: { s: { provider: "stripe", sercets: "x", secrets: "x" } } })).toBe(
      "secrets",
    );
    expect(near({ zzzzzz: 1 })).toBeUndefined();
  });

  test("is a fault as a whole when it is no object", () => {
    for (const raw of [null, 1, "text", [], () => ({})]) {
      expect(faultsOf(raw)[0]?.message).toStartWith("is not an object");
    }
  });
});

describe("a sound configuration", () => {
  test("has every default filled in", () => {
    const { settings, warnings } = accepted({
      sources: { pay: { provider: "stripe", secrets: "whsec_1" } },
    });
    expect(warnings).toEqual([]);
    expect(settings).toEqual({
      configPath: "/srv/hooks/longstop.config.ts",
      listen: { public: { host: "0.0.0.0", port: 8080 }, admin: { host: "127.0.0.1", port: 8081 } },
      publicUrl: null,
      dataDir: "/srv/hooks/data",
      sources: {
        pay: {
          name: "pay",
          provider: "stripe",
          secrets: ["whsec_1"],
          publicKey: null,
          verifyToken: null,
          credentials: null,
          apiKey: null,
          baseUrl: null,
          whenUnavailable: "reject",
          verify: null,
          event: null,
          handler: false,
          schemas: [],
          order: "strict",
          onStale: "process",
          timeoutMs: 30_000,
          retry: {
            attempts: 5,
            baseMs: 1000,
            factor: 2,
            maxMs: 3_600_000,
            jitter: "full",
            delaysMs: null,
          },
          rateLimit: null,
          bodyBytesMax: 5 * 2 ** 20,
          reconcile: null,
          supervise: { intensity: 5, periodMs: 60_000 },
        },
      },
      endpoints: {},
      network: { allowPrivate: [] },
      handlers: { hosts: 2, memoryBytesMax: 512 * 2 ** 20 },
      dedupeMs: 30 * 86_400_000,
      development: false,
    });
  });

  test("is plain JSON, so that it can cross to another process", () => {
    const onEvent = (): void => {};
    const { settings } = accepted({
      sources: {
        crm: {
          provider: "custom",
          verify: "none",
          onEvent,
          reconcile: { every: "1h", list: onEvent },
        },
      },
      endpoints: { wh: { url: "https://wh.example.com/hook", types: ["order.*"] } },
    });
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
    expect(settings.sources["crm"]?.reconcile).toMatchObject({ everyMs: 3_600_000, list: true });
  });

  test("takes relative paths from its own folder and leaves absolute ones", () => {
    expect(accepted({ sources: {}, dataDir: "../d" }).settings.dataDir).toBe("/srv/d");
    expect(accepted({ sources: {}, dataDir: "/var/d" }).settings.dataDir).toBe("/var/d");
    expect(faultsOf({ sources: {}, dataDir: "~/d" })[0]?.path).toBe("dataDir");
  });

  test("gives way to LONGSTOP_DATA, when that is not empty", () => {
    const raw = { sources: {}, dataDir: "./mine" };
    expect(accepted(raw, { LONGSTOP_DATA: "/mnt/data" }).settings.dataDir).toBe("/mnt/data");
    expect(accepted(raw, { LONGSTOP_DATA: "" }).settings.dataDir).toBe("/srv/hooks/mine");
  });

  test("takes the preset's body limit unless it has its own", () => {
    const limit = (over: object): number | undefined =>
      accepted({ sources: { gh: { provider: "github", secrets: "x", ...over } } }).settings.sources[
        "gh"
      ]?.bodyBytesMax;
    expect(limit({})).toBe(25 * 2 ** 20);
    expect(limit({ bodyLimit: "1MiB" })).toBe(2 ** 20);
    expect(limit({ bodyLimit: 2048 })).toBe(2048);
  });
});

describe("what is accepted without effect", () => {
  const warned = (raw: unknown): string[] => accepted(raw).warnings.map((warning) => warning.path);

  test("is told as a warning", () => {
    const source = { provider: "stripe", secrets: "x" };
    expect(warned({ sources: { s: { ...source, verifyToken: "x" } } })).toEqual([
      "sources.s.verifyToken",
    ]);
    expect(warned({ sources: {}, dedupe: "1h" })).toEqual(["dedupe"]);
    expect(warned({})).toEqual(["sources"]);
    expect(warned({ sources: { s: source } })).toEqual([]);
  });

  test("is refused where its author would believe it guards something", () => {
    const [fault] = faultsOf({
      sources: { s: { provider: "stripe", secrets: "x", verify: "none" } },
    });
    expect(fault?.path).toBe("sources.s.verify");
  });
});

test("no value makes validation throw, and a refusal always has a fault", () => {
  startReading();
  const keys = fc.constantFrom(
    "sources",
    "listen",
    "endpoints",
    "network",
    "handlers",
    "dedupe",
    "dataDir",
  );
  const sourceKeys = fc.constantFrom(
    "provider",
    "secrets",
    "verify",
    "event",
    "schemas",
    "retry",
    "rateLimit",
    "reconcile",
  );
  const values = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
  });
  const sources = fc.dictionary(fc.string(), fc.dictionary(sourceKeys, values));
  const raws = fc.oneof(
    values,
    fc.dictionary(keys, values),
    sources.map((all) => ({ sources: all })),
  );
  fc.assert(
    fc.property(raws, (raw) => {
      const result = check(raw);
      return result.ok || (result.error.length > 0 && JSON.stringify(result.error).length > 0);
    }),
    { numRuns: 500 },
  );
});

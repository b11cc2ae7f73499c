import { beforeEach, describe, expect, test } from "bun:test";
import { env } from "../../src/config/define.ts";
import { missingNames, startReading } from "../../src/config/environment.ts";
import { check, faultsOf } from "../support/config-presets.ts";

beforeEach(startReading);

describe("a secret", () => {
  test("is in no fault, whatever is wrong with it or beside it", () => {
    process.env["LONGSTOP_TEST_SECRET"] = "env-secret-value.example";
    const secret = "very-secret-value";
    const faults = faultsOf({
      publicUrl: `https://user:${secret}@`,
      dataDir: `~/${env("LONGSTOP_TEST_SECRET")}`,
      listen: { public: env("LONGSTOP_TEST_SECRET") },
      sources: {
        a: {
          provider: "stripe",
          secrets: [secret, 7],
          sercets: [secret],
          apiKey: { [secret]: secret },
        },
        b: {
          provider: "custom",
          verify: { scheme: "standard-webhooks", secrets: [`${secret} !`] },
        },
        c: {
          provider: "custom",
          verify: { scheme: "hmac", header: "x", secrets: secret, secretEncoding: "hex" },
        },
        h: { provider: "stripe", secrets: "s", baseUrl: env("LONGSTOP_TEST_SECRET") },
        d: { provider: "stripe", secrets: "s", credentials: secret, verifyToken: [secret] },
        e: { provider: "stripe", secrets: "s", baseUrl: `ftp://user:${secret}@host` },
      },
      endpoints: {
        x: {
          url: `http://user:${secret}@host/`,
          headers: { authorization: [secret] },
          auth: secret,
        },
      },
    });
    delete process.env["LONGSTOP_TEST_SECRET"];
    expect(faults.length).toBeGreaterThanOrEqual(10);
    expect(JSON.stringify(faults)).not.toContain("secret-value");
    expect(faults.find((fault) => fault.path === "listen.public")?.given).toBe(
      'the value of env("LONGSTOP_TEST_SECRET")',
    );
  });
});

describe("a missing environment variable", () => {
  test("is found inside any text and key, once at each place, with no fault beside it", () => {
    const absent = env("LONGSTOP_TEST_ABSENT");
    const faults = faultsOf({
      publicUrl: `https://${absent}/hooks`,
      dedupe: absent,
      sources: { pay: { provider: "stripe", secrets: ["whsec_1", `x${absent}y`] } },
      endpoints: { wh: { url: "https://x.example", headers: { [`x-${absent}`]: "1" } } },
    });
    expect(faults.map((fault) => fault.path).slice(0, 3)).toEqual([
      "publicUrl",
      "dedupe",
      "sources.pay.secrets[1]",
    ]);
    expect(faults).toHaveLength(4);
    for (const fault of faults) expect(fault.message).toContain("LONGSTOP_TEST_ABSENT is not set");
  });

  test("is found by its name when nothing is left of its marker", () => {
    const raw = { sources: {}, handlers: { hosts: Number(env("LONGSTOP_TEST_ABSENT")) } };
    const result = check(raw, {}, missingNames());
    const faults = result.ok ? [] : result.error;
    expect(faults.map((fault) => fault.path)).toEqual(["", "handlers.hosts"]);
  });

  test("is no fault when it is empty, set, or has something to fall back on", () => {
    process.env["LONGSTOP_TEST_EMPTY"] = "";
    expect(env("LONGSTOP_TEST_EMPTY")).toBe("");
    expect(env("LONGSTOP_TEST_ABSENT", "https://x.example")).toBe("https://x.example");
    delete process.env["LONGSTOP_TEST_EMPTY"];
    expect(faultsOf({ sources: {} })).toEqual([]);
  });
});

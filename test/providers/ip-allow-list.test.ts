import { describe, expect, test } from "bun:test";
import type { VerifySettings } from "../../src/config/settings.ts";
import { judge } from "./judge.ts";
import { inbound } from "./requests.ts";

type Settings = Extract<VerifySettings, { scheme: "ip-allow-list" }>;

const list = (given: Partial<Settings> = {}): Settings => ({
  scheme: "ip-allow-list",
  addresses: ["192.0.2.0/24", "2001:db8::/32"],
  proxies: 0,
  header: "x-forwarded-for",
  ...given,
});

const from = (peer: string, forwarded?: string) =>
  inbound({ peer, headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } });

describe("an allow-list of addresses", () => {
  test("takes the peers of its networks and no others", () => {
    for (const peer of ["192.0.2.0", "192.0.2.255", "2001:db8::1", "::ffff:192.0.2.1"]) {
      expect(judge(list(), from(peer))).toBe("ok null");
    }
    for (const peer of ["192.0.3.0", "2001:db9::1", "::ffff:192.0.3.1", "::1"]) {
      expect(judge(list(), from(peer))).toBe("signature_mismatch");
    }
    for (const peer of ["", "unknown", "192.0.2.1.evil.test"]) {
      expect(judge(list(), from(peer))).toBe("signature_missing");
    }
  });

  test("believes nobody's header unless a proxy is configured", () => {
    expect(judge(list(), from("203.0.113.9", "192.0.2.1"))).toBe("signature_mismatch");
    const proxied = list({ proxies: ["10.0.0.0/8"] });
    expect(judge(proxied, from("203.0.113.9", "192.0.2.1"))).toBe("signature_mismatch");
    expect(judge(proxied, from("10.0.0.1", "192.0.2.1"))).toBe("ok null");
  });

  test("counts proxies from the end: what stands before, anybody can have sent", () => {
    const one = list({ proxies: 1 });
    expect(judge(one, from("10.0.0.1", "192.0.2.1"))).toBe("ok null");
    expect(judge(one, from("10.0.0.1", "192.0.2.1, 203.0.113.9"))).toBe("signature_mismatch");
    expect(judge(one, from("10.0.0.1", "203.0.113.9, 192.0.2.1"))).toBe("ok null");
    expect(judge(one, from("10.0.0.1"))).toBe("signature_missing");
    const two = list({ proxies: 2 });
    expect(judge(two, from("10.0.0.1", "192.0.2.1, 10.0.0.2"))).toBe("ok null");
    expect(judge(two, from("10.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.2"))).toBe(
      "signature_mismatch",
    );
    expect(judge(two, from("10.0.0.1", "192.0.2.1"))).toBe("signature_missing");
  });

  test("passes over trusted proxies until somebody else is named", () => {
    const proxied = list({ proxies: ["10.0.0.0/8"] });
    expect(judge(proxied, from("10.0.0.1", "192.0.2.1, 10.0.0.3, 10.0.0.2"))).toBe("ok null");
    expect(judge(proxied, from("10.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.2"))).toBe(
      "signature_mismatch",
    );
    expect(judge(proxied, from("10.0.0.1", "192.0.2.1, odd, 10.0.0.2"))).toBe("signature_missing");
    expect(judge(proxied, from("10.0.0.1", "10.0.0.2"))).toBe("signature_missing");
    expect(judge(proxied, from("192.0.2.1"))).toBe("ok null");
  });

  test("understands addresses with ports, and looks at no endless list", () => {
    const one = list({ proxies: 1 });
    expect(judge(one, from("10.0.0.1", "192.0.2.1:4711"))).toBe("ok null");
    expect(judge(one, from("10.0.0.1", "[2001:db8::1]:4711"))).toBe("ok null");
    expect(judge(one, from("10.0.0.1", "192.0.2.1,".repeat(2_000)))).toBe("signature_missing");
  });
});

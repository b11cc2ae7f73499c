import { describe, expect, test } from "bun:test";
import { accepted, acceptedSource, faultsOf, sourceFault } from "../support/config-presets.ts";

const HMAC = { scheme: "hmac", header: "X-Signature", secrets: ["s"] };
const verify = (given: unknown, over: object = {}) =>
  acceptedSource({ verify: given, ...over }).verify;
const refused = (given: unknown, over: object = {}) => sourceFault({ verify: given, ...over });

test("a scheme that is unknown is never mended by verifying nothing", () => {
  expect(refused({ scheme: "nope" })?.nearest).toBeUndefined();
  expect(refused({ scheme: "hmax" })?.nearest).toBe('"hmac"');
});

describe("each scheme", () => {
  test("has its defaults filled in", () => {
    expect(verify(HMAC)).toEqual({
      scheme: "hmac",
      algorithm: "sha256",
      encoding: "hex",
      header: "x-signature",
      prefix: "",
      signed: "{body}",
      timestamp: null,
      secrets: ["s"],
      secretEncoding: "utf8",
    });
    expect(verify({ scheme: "standard-webhooks", secrets: "whsec_MfKQ9r8GKYqrTwjU" })).toEqual({
      scheme: "standard-webhooks",
      secrets: ["whsec_MfKQ9r8GKYqrTwjU"],
      toleranceS: 300,
    });
    expect(verify({ scheme: "basic", username: "u", passwords: ["p"] })).toEqual({
      scheme: "basic",
      username: "u",
      passwords: ["p"],
    });
    const bearer = {
      scheme: "bearer",
      header: "authorization",
      prefix: "Bearer ",
      secrets: ["t"],
    } as const;
    expect(verify({ scheme: "bearer", secrets: "t" })).toEqual(bearer);
    expect(verify({ scheme: "api-key", secrets: "t" })).toEqual({
      ...bearer,
      header: "x-api-key",
      prefix: "",
    });
  });

  test("takes the source's secrets when it has none of its own", () => {
    expect(verify({ scheme: "hmac", header: "x" }, { secrets: ["a", "b"] })).toMatchObject({
      secrets: ["a", "b"],
    });
    expect(verify(HMAC, { secrets: ["a", "b"] })).toMatchObject({ secrets: ["s"] });
    expect(refused({ scheme: "hmac", header: "x" }).path).toBe("verify.secrets");
    expect(refused({ scheme: "basic", username: "u" }).path).toBe("verify.passwords");
  });

  test("is not blamed for a fault in the source's secrets", () => {
    expect(refused({ scheme: "hmac", header: "x" }, { secrets: [7] }).path).toBe("secrets[0]");
  });

  test("that is unknown is refused with its nearest", () => {
    expect(refused({ scheme: "hamc" }).nearest).toBe('"hmac"');
    expect(refused({}).path).toBe("verify.scheme");
  });
});

describe("none", () => {
  test("is written out, in short or in full", () => {
    expect(verify("none")).toEqual({ scheme: "none" });
    expect(verify({ scheme: "none" })).toEqual({ scheme: "none" });
  });

  test("is never meant by silence", () => {
    expect(faultsOf({ sources: { s: { provider: "custom" } } })[0]?.path).toBe("sources.s.verify");
    for (const silence of [null, false, "", {}])
      expect(refused(silence).path).toStartWith("verify");
  });

  test("is no choice among others, since it would let everything pass", () => {
    expect(refused({ scheme: "any", of: [HMAC, { scheme: "none" }] }).path).toBe("verify.of");
    expect(verify({ scheme: "all", of: [HMAC, { scheme: "none" }] })).toMatchObject({
      scheme: "all",
    });
  });
});

describe("combined schemes", () => {
  test("are checked each at its place", () => {
    expect(verify({ scheme: "any", of: [HMAC, { scheme: "bearer", secrets: "t" }] })).toMatchObject(
      { scheme: "any" },
    );
    expect(refused({ scheme: "all", of: [HMAC, { ...HMAC, encoding: "hexx" }] }).path).toBe(
      "verify.of[1].encoding",
    );
    expect(refused({ scheme: "all", of: [] }).path).toBe("verify.of");
    expect(refused({ scheme: "all" }).path).toBe("verify.of");
  });

  test("are not nested without bound", () => {
    let deep: unknown = HMAC;
    for (let level = 0; level < 50; level++) deep = { scheme: "all", of: [deep] };
    expect(refused(deep).message).toBe("is nested too deep");
  });
});

describe("what an hmac signs", () => {
  test("is a template of known placeholders", () => {
    const signed = "v0:{header:X-Time}:{method} {url}{path}\n{body}";
    expect(verify({ ...HMAC, signed })).toMatchObject({ signed });
    expect(refused({ ...HMAC, signed: "{bdy}" }).nearest).toBe("{body}");
    expect(refused({ ...HMAC, signed: "{header:x time}.{body}" }).path).toBe("verify.signed");
    expect(refused({ ...HMAC, signed: "{body" }).message).toBe(
      "has a brace without its other half",
    );
    expect(refused({ ...HMAC, signed: "{{body}}" }).path).toBe("verify.signed");
    expect(refused({ ...HMAC, signed: "" }).path).toBe("verify.signed");
  });

  test("is warned about where it proves less than it seems to", () => {
    const warned = (over: object) =>
      accepted({
        sources: { s: { provider: "custom", verify: { ...HMAC, ...over } } },
      }).warnings.map((warning) => warning.path);
    expect(warned({ signed: "{url}" })).toEqual(["sources.s.verify.signed"]);
    expect(warned({ timestamp: { header: "X-Time" } })).toEqual(["sources.s.verify.timestamp"]);
    expect(warned({ timestamp: { header: "X-Time" }, signed: "{header:x-time}.{body}" })).toEqual(
      [],
    );
  });
});

describe("secrets", () => {
  test("fit the encoding they are said to have", () => {
    expect(verify({ ...HMAC, secrets: "00ff", secretEncoding: "hex" })).toMatchObject({
      secretEncoding: "hex",
    });
    expect(refused({ ...HMAC, secrets: "00f", secretEncoding: "hex" }).path).toBe("verify.secrets");
    expect(
      refused({ ...HMAC, secrets: ["a+/=", "no base64!"], secretEncoding: "base64" }).path,
    ).toBe("verify.secrets[1]");
    expect(refused({ scheme: "standard-webhooks", secrets: "whsec_no base64!" }).path).toBe(
      "verify.secrets",
    );
  });

  test("are never empty", () => {
    for (const secrets of ["", " ", [], [""], [null]])
      expect(refused({ ...HMAC, secrets }).path).toStartWith("verify.secrets");
  });
});

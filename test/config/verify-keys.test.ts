import { describe, expect, test } from "bun:test";
import { accepted, acceptedSource, sourceFault } from "../support/config-presets.ts";

const verify = (given: unknown) => acceptedSource({ verify: given }).verify;
const refused = (given: unknown) => sourceFault({ verify: given });
const JWKS = "https://id.example.com/jwks";

describe("signatures with a public key", () => {
  test("have their defaults filled in", () => {
    expect(verify({ scheme: "ed25519", header: "X-Sig", publicKey: "00ff" })).toEqual({
      scheme: "ed25519",
      curve: "P-256",
      hash: "sha256",
      format: "der",
      encoding: "hex",
      header: "x-sig",
      prefix: "",
      signed: "{body}",
      timestamp: null,
      publicKeys: ["00ff"],
    });
    const ecdsa = { scheme: "ecdsa", header: "x-sig", curve: "P-521", publicKeys: ["a", "b"] };
    expect(verify(ecdsa)).toMatchObject({ hash: "sha512", format: "der", encoding: "base64" });
  });

  test("need a key and a header, and know their words", () => {
    expect(refused({ scheme: "ed25519", header: "x" }).path).toBe("verify.publicKeys");
    expect(refused({ scheme: "ecdsa", publicKeys: "k" }).path).toBe("verify.header");
    const ecdsa = { scheme: "ecdsa", header: "x", publicKeys: "k" };
    expect(refused({ ...ecdsa, curve: "P256" }).nearest).toBe('"P-256"');
    expect(refused({ ...ecdsa, signed: "{bdy}" }).path).toBe("verify.signed");
    expect(refused({ scheme: "ed25519", header: "x", publicKeys: "k", curve: "P-256" }).path).toBe(
      "verify.curve",
    );
  });
});

describe("tokens", () => {
  test("have their defaults filled in", () => {
    expect(verify({ scheme: "jwt", jwksUrl: JWKS, issuer: "me" })).toEqual({
      scheme: "jwt",
      header: "authorization",
      prefix: "Bearer ",
      jwksUrl: JWKS,
      algorithms: ["RS256", "ES256", "EdDSA"],
      issuer: "me",
      audience: [],
      claims: {},
      required: [],
      bodyHash: null,
      toleranceS: 60,
      maxAgeS: null,
    });
    expect(
      verify({ scheme: "oauth2", jwksUrl: JWKS, issuer: "me", audience: "us", scopes: ["a"] }),
    ).toEqual({
      scheme: "oauth2",
      jwksUrl: JWKS,
      algorithms: ["RS256", "ES256", "EdDSA"],
      issuer: "me",
      audience: ["us"],
      scopes: ["a"],
      toleranceS: 60,
    });
  });

  test("are checked with keys from https only", () => {
    expect(refused({ scheme: "jwt", jwksUrl: "http://id.example.com/jwks" }).path).toBe(
      "verify.jwksUrl",
    );
    expect(refused({ scheme: "jwt" }).path).toBe("verify.jwksUrl");
  });

  test("never of no algorithm, nor of a shared secret", () => {
    for (const algorithms of [["none"], "HS256", []]) {
      expect(refused({ scheme: "jwt", jwksUrl: JWKS, algorithms }).path).toStartWith(
        "verify.algorithms",
      );
    }
  });

  test("of oauth2 are for somebody and from somebody", () => {
    const oauth2 = { scheme: "oauth2", jwksUrl: JWKS, issuer: "me", audience: "us" };
    expect(refused({ ...oauth2, issuer: undefined }).path).toBe("verify.issuer");
    expect(refused({ ...oauth2, audience: undefined }).path).toBe("verify.audience");
  });

  test("are warned about where they prove less than they seem to", () => {
    const source = { provider: "custom", verify: { scheme: "jwt", jwksUrl: JWKS } };
    const { warnings } = accepted({ sources: { s: source } });
    expect(warnings.map(({ message }) => message.split(":")[0])).toEqual([
      "nothing binds the body to the token",
      "neither issuer nor audience is given",
    ]);
  });
});

describe("an allow-list of addresses", () => {
  test("is of networks, with proxies by number or by network", () => {
    const list = { scheme: "ip-allow-list", addresses: ["192.0.2.0/24", "::1"] };
    expect(verify(list)).toEqual({
      scheme: "ip-allow-list",
      addresses: ["192.0.2.0/24", "::1/128"],
      proxies: 0,
      header: "x-forwarded-for",
    });
    expect(verify({ ...list, proxies: 2 })).toMatchObject({ proxies: 2 });
    expect(verify({ ...list, proxies: ["10.0.0.0/8"] })).toMatchObject({ proxies: ["10.0.0.0/8"] });
    expect(refused({ scheme: "ip-allow-list" }).path).toBe("verify.addresses");
    expect(refused({ ...list, addresses: ["192.0.2.0/33"] }).path).toBe("verify.addresses[0]");
    expect(refused({ ...list, proxies: -1 }).path).toBe("verify.proxies");
  });
});

describe("when keys are unavailable", () => {
  const jwt = { scheme: "jwt", jwksUrl: JWKS, issuer: "me" };

  test("a source that may have to fetch keys holds requests unless told otherwise, any other has none to hold", () => {
    const unsaid = (provider: string) =>
      accepted({ sources: { s: { provider, secrets: ["s"] } } }).settings.sources["s"];
    expect(unsaid("fetching")?.whenUnavailable).toBe("hold");
    expect(unsaid("stripe")?.whenUnavailable).toBe("reject");
    const held = acceptedSource({ verify: { ...jwt, whenUnavailable: "hold" } });
    expect([held.whenUnavailable, held.verify?.scheme]).toEqual(["hold", "jwt"]);
    const told = acceptedSource({ verify: { ...jwt, whenUnavailable: "reject" } });
    expect(told.whenUnavailable).toBe("reject");
    expect(refused({ ...jwt, whenUnavailable: "wait" }).path).toBe("verify.whenUnavailable");
  });

  test("a source that must have a scheme still must", () => {
    expect(refused({ whenUnavailable: "reject" }).path).toBe("verify.scheme");
  });

  test("a preset that fetches keys takes it by itself, any other does not", () => {
    const of = (provider: string) =>
      sourceFault({ provider, secrets: ["s"], verify: { whenUnavailable: "reject" } });
    expect(of("stripe").path).toBe("verify");
    const fetching = accepted({
      sources: {
        s: { provider: "fetching", secrets: ["s"], verify: { whenUnavailable: "reject" } },
      },
    });
    expect(fetching.settings.sources["s"]).toMatchObject({
      verify: null,
      whenUnavailable: "reject",
    });
  });
});

import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { SignJWT } from "jose";
import type { JwtSettings } from "../../src/config/jwt-settings.ts";
import type { VerifySettings } from "../../src/config/settings.ts";
import type { Inbound } from "../../src/providers/provider.ts";
import { openScheme } from "../../src/providers/schemes/open.ts";
import { keyPair } from "../support/key-pairs.ts";
import { testDeps } from "../support/network.ts";
import { SimClock } from "../support/sim-clock.ts";
import { down, Network } from "./network.ts";
import { AT, inbound } from "./requests.ts";

const NOW = AT / 1000;
const BODY = '{"a":1}';
const JWKS = "https://id.example.com/jwks";

const JWT: JwtSettings = {
  scheme: "jwt",
  header: "authorization",
  prefix: "Bearer ",
  jwksUrl: JWKS,
  algorithms: ["ES256", "RS256", "EdDSA"],
  issuer: "https://id.example.com",
  audience: ["us"],
  claims: {},
  required: [],
  bodyHash: null,
  toleranceS: 60,
  maxAgeS: null,
};
const OAUTH2: VerifySettings = {
  scheme: "oauth2",
  jwksUrl: JWKS,
  algorithms: ["ES256", "RS256"],
  issuer: "https://id.example.com",
  audience: ["us"],
  scopes: [],
  toleranceS: 60,
};

const CLAIMS = { iss: "https://id.example.com", aud: "us", exp: NOW + 600 };

const published = () =>
  Response.json({
    keys: [
      { ...keyPair("P-256").publicKey.export({ format: "jwk" }), kid: "ec", use: "sig" },
      { ...keyPair("rsa").publicKey.export({ format: "jwk" }), kid: "rsa", alg: "RS256" },
      { ...keyPair("ed25519").publicKey.export({ format: "jwk" }), kid: "ed" },
      { ...keyPair("P-256", "enc").publicKey.export({ format: "jwk" }), kid: "enc", use: "enc" },
      { kty: "oct", k: "c2VjcmV0", kid: "oct" },
    ],
  });

function token(
  claims: object = CLAIMS,
  header: { alg?: string; kid?: string; crit?: string[] } = {},
  kind: "P-256" | "rsa" | "ed25519" = "P-256",
  name = "one",
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "ES256", kid: "ec", ...header })
    .sign(keyPair(kind, name).privateKey, { crit: { x: true } });
}

const bearing = (value: string, body = BODY): Inbound =>
  inbound({ headers: { authorization: `Bearer ${value}` }, body });

function judge(settings: VerifySettings, network = new Network(published)) {
  const { keys } = testDeps(network.fetch, new SimClock(AT));
  const scheme = openScheme(settings, { secrets: [], keys, scope: "shop" });
  return async (request: Inbound): Promise<string> => {
    const result = await scheme.verify(request);
    return result.ok ? "ok" : result.error.code;
  };
}

describe("a JWT", () => {
  test("is right with each published key of its algorithm", async () => {
    const of = judge(JWT);
    expect(await of(bearing(await token()))).toBe("ok");
    expect(await of(bearing(await token(CLAIMS, { alg: "RS256", kid: "rsa" }, "rsa")))).toBe("ok");
    expect(await of(bearing(await token(CLAIMS, { alg: "EdDSA", kid: "ed" }, "ed25519")))).toBe(
      "ok",
    );
  });

  test("of another key, algorithm or form is a mismatch", async () => {
    const of = judge(JWT);
    const mismatches = [
      await token(CLAIMS, {}, "P-256", "other"),
      await token(CLAIMS, { kid: "rsa" }),
      await token(CLAIMS, { kid: "enc" }, "P-256", "enc"),
      await token(CLAIMS, { kid: "absent" }),
      await token(CLAIMS, { alg: "PS256", kid: "rsa" }, "rsa"),
      await token(CLAIMS, { crit: ["x"] }).catch(() => "x.y.z"),
      `${await token()}.`,
      `${await token()}=`,
      "a.b.c",
      "..",
      "x".repeat(20_000),
    ];
    for (const each of mismatches) expect(await of(bearing(each))).toBe("signature_mismatch");
  });

  test("of no algorithm, or signed with a published key as a secret, is a mismatch", async () => {
    const of = judge(JWT);
    const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");
    for (const alg of ["none", "None", "HS256"]) {
      const [, payload = "", signature = ""] = (await token()).split(".");
      expect(await of(bearing(`${part({ alg, kid: "ec" })}.${payload}.${signature}`))).toBe(
        "signature_mismatch",
      );
      expect(await of(bearing(`${part({ alg, kid: "ec" })}.${payload}.`))).toBe(
        "signature_mismatch",
      );
    }
    const spki = keyPair("rsa").publicKey.export({ format: "pem", type: "spki" }).toString();
    const confused = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: "HS256", kid: "rsa" })
      .sign(Buffer.from(spki));
    expect(await of(bearing(confused))).toBe("signature_mismatch");
  });

  test("is missing when there is none, and mismatched behind another prefix", async () => {
    const of = judge(JWT);
    expect(await of(inbound({ body: BODY }))).toBe("signature_missing");
    expect(await of(inbound({ headers: { authorization: "Basic x" } }))).toBe("signature_mismatch");
  });

  test("is for us and from its issuer", async () => {
    const of = judge(JWT);
    for (const change of [{ aud: "them" }, { iss: "me" }, { aud: undefined }, { iss: undefined }]) {
      expect(await of(bearing(await token({ ...CLAIMS, ...change })))).toBe("signature_mismatch");
    }
    expect(await of(bearing(await token({ ...CLAIMS, aud: ["them", "us"] })))).toBe("ok");
  });

  test("has its time, to the second of the tolerance", async () => {
    const of = async (claims: object) => judge(JWT)(bearing(await token({ ...CLAIMS, ...claims })));
    expect(await of({ exp: NOW - 59 })).toBe("ok");
    expect(await of({ exp: NOW - 60 })).toBe("timestamp_too_old");
    expect(await of({ nbf: NOW + 60 })).toBe("ok");
    expect(await of({ nbf: NOW + 61 })).toBe("timestamp_in_future");
    expect(await of({ exp: "soon" })).toBe("signature_mismatch");
    const aged = async (iat?: number) =>
      judge({ ...JWT, maxAgeS: 300 })(
        bearing(await token(iat === undefined ? CLAIMS : { ...CLAIMS, iat })),
      );
    expect(await aged(NOW - 300)).toBe("ok");
    expect(await aged(NOW - 301)).toBe("timestamp_too_old");
    expect(await aged(NOW + 301)).toBe("timestamp_in_future");
    expect(await aged()).toBe("signature_mismatch");
  });

  test("binds the body where that is asked for", async () => {
    const bodyHash = { claim: "body", algorithm: "sha256", encoding: "base64" } as const;
    const of = judge({ ...JWT, bodyHash });
    const body = createHash("sha256").update(BODY).digest("base64");
    expect(await of(bearing(await token({ ...CLAIMS, body })))).toBe("ok");
    expect(await of(bearing(await token({ ...CLAIMS, body }), `${BODY} `))).toBe(
      "signature_mismatch",
    );
    expect(await of(bearing(await token()))).toBe("signature_mismatch");
  });

  test("has the claims that are demanded", async () => {
    const of = judge({ ...JWT, claims: { env: "live" }, required: ["sub"] });
    expect(await of(bearing(await token({ ...CLAIMS, env: "live", sub: "s" })))).toBe("ok");
    expect(await of(bearing(await token({ ...CLAIMS, env: "test", sub: "s" })))).toBe(
      "signature_mismatch",
    );
    expect(await of(bearing(await token({ ...CLAIMS, env: "live" })))).toBe("signature_mismatch");
  });
});

describe("an access token", () => {
  test("is right with its scopes, and never without an end", async () => {
    const of = judge({ ...OAUTH2, scopes: ["hooks", "write"] });
    const scoped = async (claims: object) => of(bearing(await token({ ...CLAIMS, ...claims })));
    expect(await scoped({ scope: "read hooks write" })).toBe("ok");
    expect(await scoped({ scp: ["hooks", "write"] })).toBe("ok");
    expect(await scoped({ scope: "hooks" })).toBe("signature_mismatch");
    expect(await scoped({})).toBe("signature_mismatch");
    expect(await scoped({ scope: "hooks write", exp: undefined })).toBe("signature_mismatch");
  });
});

describe("while the keys cannot be asked for", () => {
  test("it is our trouble, not the sender's", async () => {
    const network = new Network(down);
    expect(await judge(JWT, network)(bearing(await token()))).toBe("keys_unavailable");
    expect(await judge(JWT, network)(inbound({ body: BODY }))).toBe("signature_missing");
  });

  const any = (...of: VerifySettings[]): VerifySettings => ({ scheme: "any", of });
  const key: VerifySettings = { scheme: "bearer", header: "x-key", prefix: "", secrets: ["k"] };

  test("another scheme of `any` may still hold, and otherwise the request is not refused for good", async () => {
    const of = judge(any(JWT, key), new Network(down));
    const headers = { authorization: `Bearer ${await token()}` };
    expect(await of(inbound({ headers: { ...headers, "x-key": "k" } }))).toBe("ok");
    expect(await of(inbound({ headers: { ...headers, "x-key": "other" } }))).toBe(
      "keys_unavailable",
    );
  });

  test("`all` demands both, whichever comes first", async () => {
    const headers = { authorization: `Bearer ${await token()}`, "x-key": "k" };
    for (const of of [
      [JWT, key],
      [key, JWT],
    ]) {
      expect(await judge({ scheme: "all", of })(inbound({ headers }))).toBe("ok");
      expect(await judge({ scheme: "all", of })(inbound({ headers: { "x-key": "k" } }))).toBe(
        "signature_missing",
      );
    }
  });
});

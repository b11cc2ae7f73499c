import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { SignJWT } from "jose";
import { keyPair } from "../support/key-pairs.ts";
import { world } from "./fetching.ts";
import { down, type Question } from "./network.ts";
import { AT } from "./requests.ts";

const NOW = AT / 1000;
const KID = "6c5516e1-92dc-479e-a8ff-5a51992e0001";

const jwk = (name = "one") => keyPair("P-256", name).publicKey.export({ format: "jwk" });
const bodyHash = (body: string) => createHash("sha256").update(body).digest("hex");

const token = (claims: object, header: object = {}, name = "one"): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "ES256", kid: KID, typ: "JWT", ...header })
    .sign(keyPair("P-256", name).privateKey);

describe("plaid", () => {
  const body = '{"webhook_type":"ITEM","webhook_code":"ERROR","item_id":"i1"}';
  const credentials = { clientId: "c", clientSecret: "s" };
  const claims = { iat: NOW, request_body_sha256: bodyHash(body) };
  const of = (answer: (question: Question) => Response | Error, baseUrl: string | null = null) => {
    const { ask, ...rest } = world("plaid", { credentials, baseUrl }, answer);
    return {
      ...rest,
      ask: (given: string, sent = body) => ask({ "plaid-verification": given }, sent),
    };
  };
  const known =
    (more: object = {}) =>
    () =>
      Response.json({ key: { ...jwk(), ...more } });

  test("a key is asked of Plaid by its id, with the credentials, once", async () => {
    const { ask, network } = of(known({ expired_at: null }));
    expect(await ask(await token(claims))).toBe("plaid");
    expect(await ask(await token({ ...claims, iat: NOW - 1 }))).toBe("plaid");
    expect(
      network.asked.map(({ url, method, body: sent }) => [url, method, JSON.parse(sent)]),
    ).toEqual([
      [
        "https://production.plaid.com/webhook_verification_key/get",
        "POST",
        { client_id: "c", secret: "s", key_id: KID },
      ],
    ]);
  });

  test("another body, time, algorithm or signer is refused", async () => {
    const { ask } = of(known());
    expect(await ask(await token(claims), `${body} `)).toBe("signature_mismatch");
    expect(await ask(await token({ iat: NOW }))).toBe("signature_mismatch");
    expect(await ask(await token({ ...claims, iat: NOW - 301 }))).toBe("timestamp_too_old");
    expect(await ask(await token({ ...claims, iat: NOW + 301 }))).toBe("timestamp_in_future");
    expect(await ask(await token(claims, {}, "two"))).toBe("signature_mismatch");
    const none = `${Buffer.from(`{"alg":"none","kid":"${KID}"}`).toString("base64url")}.e30.`;
    expect(await ask(none)).toBe("signature_mismatch");
  });

  test("an expired key is refused; a key id that is no id is not asked for", async () => {
    expect(await of(known({ expired_at: NOW - 1 })).ask(await token(claims))).toBe(
      "signature_mismatch",
    );
    const { ask, network } = of(known());
    for (const kid of ["../x", "a b", "", "x".repeat(65), 'a"b']) {
      expect(await ask(await token(claims, { kid }))).toBe("signature_mismatch");
    }
    expect(network.asked).toEqual([]);
  });

  test("an unknown key is a mismatch, wrong credentials and outages are our trouble", async () => {
    const error = (error_code: string) => () => Response.json({ error_code }, { status: 400 });
    const given = await token(claims);
    expect(await of(error("INVALID_WEBHOOK_VERIFICATION_KEY_ID")).ask(given)).toBe(
      "signature_mismatch",
    );
    expect(await of(error("INVALID_API_KEYS")).ask(given)).toBe("keys_unavailable");
    expect(await of(down).ask(given)).toBe("keys_unavailable");
  });

  test("the same words on another day are another event, a repetition is not", async () => {
    const { keys } = of(known());
    const headers = async (iat: number) => ({
      "plaid-verification": await token({ ...claims, iat }),
    });
    const [first] = keys(await headers(NOW), body);
    expect(keys(await headers(NOW), body)).toEqual([first ?? ""]);
    expect(keys(await headers(NOW + 86_400), body)).not.toEqual([first ?? ""]);
  });
});

describe("finlink", () => {
  const body = '{"connectionToken":"AAAAA11111"}';
  const credentials = { clientId: "c", clientSecret: "s" };
  const answering = ({ url }: Question): Response => {
    if (url.endsWith("/auth/login")) return Response.json({ token: "t" });
    return url.endsWith(KID) ? Response.json(jwk()) : new Response("", { status: 404 });
  };
  const of = (answer: (question: Question) => Response | Error = answering) => {
    const { ask, ...rest } = world("finlink", { credentials }, answer);
    return {
      ...rest,
      ask: (given: string, sent = body) => ask({ "vumi-verification": given }, sent),
    };
  };

  test("a key is asked for with a session, by its id", async () => {
    const { ask, network } = of();
    expect(await ask(await token({ iat: NOW, request_body_sha256: bodyHash(body) }))).toBe(
      "finlink",
    );
    expect(network.paths()).toEqual([
      "POST /api/v1/auth/login",
      `GET /api/v1/webhook_verification/${KID}`,
    ]);
    expect(network.asked[1]?.headers.get("authorization")).toBe("Bearer t");
    expect(new URL(network.asked[1]?.url ?? "").host).toBe("api.finlink.vumi.io");
  });

  test("a body is bound by any claim that is called so, and otherwise said not to be", async () => {
    const { ask } = of();
    expect(await ask(await token({ body_sha256: bodyHash(body) }))).toBe("finlink");
    expect(await ask(await token({ request_body_sha256: bodyHash("other") }))).toBe(
      "signature_mismatch",
    );
    expect(await ask(await token({ request_body_sha256: 7 }))).toBe("signature_mismatch");
    expect(await ask(await token({ iat: NOW }))).toBe("finlink (body not bound)");
  });

  test("the token is a JWT by ES256 with a UUID as key id, within its own times", async () => {
    const { ask, network } = of();
    expect(await ask(await token({}, { typ: "JWS" }))).toBe("signature_mismatch");
    for (const kid of ["../../auth/login", "1", `${KID}x`]) {
      expect(await ask(await token({}, { kid }))).toBe("signature_mismatch");
    }
    expect(network.asked).toEqual([]);
    expect(await ask(await token({ exp: NOW - 400 }))).toBe("timestamp_too_old");
    expect(await ask(await token({ nbf: NOW + 400 }))).toBe("timestamp_in_future");
    expect(await ask(await token({}, {}, "two"))).toBe("signature_mismatch");
    const unknown = { kid: "00000000-92dc-479e-a8ff-5a51992e0001" };
    expect(await ask(await token({}, unknown))).toBe("signature_mismatch");
  });

  test("a refused login is our trouble", async () => {
    const { ask } = of(() => new Response("", { status: 401 }));
    expect(await ask(await token({}))).toBe("keys_unavailable");
  });
});

import { describe, expect, test } from "bun:test";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import type { VerifySettings } from "../../src/config/settings.ts";
import type { Inbound } from "../../src/providers/provider.ts";
import { fine, judge } from "./judge.ts";
import { AT, inbound } from "./requests.ts";

const BODY = '{"a":1}';

describe("standard-webhooks", () => {
  const stamp = String(AT / 1000);
  const standard = (secrets: readonly string[]): VerifySettings => ({
    scheme: "standard-webhooks",
    secrets,
    toleranceS: 300,
  });
  const request = (signature: string, id = "msg_1"): Inbound =>
    inbound({
      headers: { "webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signature },
      body: BODY,
    });

  test("takes an Ed25519 signature by its public key", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ format: "jwk" }).x ?? "";
    const key = `whpk_${Buffer.from(raw, "base64url").toString("base64")}`;
    const content = Buffer.from(`msg_1.${stamp}.${BODY}`);
    const signature = `v1a,${sign(null, content, privateKey).toString("base64")}`;
    expect(judge(standard([key]), request(`v1,AAAA ${signature}`))).toBe(fine(key));
    expect(judge(standard([key]), request(signature, "msg_2"))).toBe("signature_mismatch");
    expect(judge(standard([key]), request("v1a,AAAA"))).toBe("signature_mismatch");
    expect(judge(standard(["whpk_AAAA"]), request(signature))).toBe("signature_mismatch");
  });

  test("a signature of another version proves nothing", () => {
    const secret = `whsec_${Buffer.from("k".repeat(24)).toString("base64")}`;
    const signature = createHmac("sha256", "k".repeat(24))
      .update(`msg_1.${stamp}.${BODY}`)
      .digest("base64");
    expect(judge(standard([secret]), request(`v1,${signature}`))).toBe(fine(secret));
    expect(judge(standard([secret]), request(`v2,${signature}`))).toBe("signature_mismatch");
    expect(judge(standard([secret]), request(`v1a,${signature}`))).toBe("signature_mismatch");
    expect(judge(standard(["whsec_"]), request(`v1,${signature}`))).toBe("signature_mismatch");
  });
});

describe("tokens", () => {
  const basic: VerifySettings = { scheme: "basic", username: "ada", passwords: ["one", "two"] };
  const authorized = (value: string): Inbound => inbound({ headers: { authorization: value } });
  const encoded = (text: string): string => Buffer.from(text).toString("base64");

  test("basic takes the known user with any known password", () => {
    expect(judge(basic, authorized(`Basic ${encoded("ada:one")}`))).toBe(fine("one"));
    expect(judge(basic, authorized(`basic ${encoded("ada:two")}`))).toBe(fine("two"));
    for (const wrong of ["ada:three", "bob:one", "ada", "ada:", ":one", "ada:one "]) {
      expect(judge(basic, authorized(`Basic ${encoded(wrong)}`))).toBe("signature_mismatch");
    }
    expect(judge(basic, authorized("Bearer x"))).toBe("signature_mismatch");
    expect(judge(basic, inbound())).toBe("signature_missing");
  });

  test("bearer takes any known token behind its prefix", () => {
    const bearer: VerifySettings = {
      scheme: "bearer",
      header: "Authorization",
      prefix: "Bearer ",
      secrets: ["one", "two"],
    };
    expect(judge(bearer, authorized("Bearer two"))).toBe(fine("two"));
    expect(judge(bearer, authorized("bearer one"))).toBe(fine("one"));
    expect(judge(bearer, authorized("Bearer three"))).toBe("signature_mismatch");
    expect(judge(bearer, authorized("one"))).toBe("signature_mismatch");
    expect(judge(bearer, inbound())).toBe("signature_missing");
  });

  test("an api key is a token without a prefix; an empty one opens nothing", () => {
    const key: VerifySettings = {
      scheme: "bearer",
      header: "x-api-key",
      prefix: "",
      secrets: ["k", ""],
    };
    expect(judge(key, inbound({ headers: { "x-api-key": "k" } }))).toBe(fine("k"));
    expect(judge(key, inbound({ headers: { "x-api-key": "" } }))).toBe("signature_missing");
  });
});

describe("combinations", () => {
  const token = (header: string, secret: string): VerifySettings => ({
    scheme: "bearer",
    header,
    prefix: "",
    secrets: [secret],
  });
  const of = [token("x-a", "a"), token("x-b", "b")];

  test("all demands every part", () => {
    const both = inbound({ headers: { "x-a": "a", "x-b": "b" } });
    expect(judge({ scheme: "all", of }, both)).toBe(fine("a"));
    expect(judge({ scheme: "all", of }, inbound({ headers: { "x-a": "a" } }))).toBe(
      "signature_missing",
    );
    expect(judge({ scheme: "all", of: [] }, both)).toBe("signature_mismatch");
  });

  test("any demands one part, and tells what came closest", () => {
    expect(judge({ scheme: "any", of }, inbound({ headers: { "x-b": "b" } }))).toBe(fine("b"));
    expect(judge({ scheme: "any", of }, inbound({ headers: { "x-b": "c" } }))).toBe(
      "signature_mismatch",
    );
    expect(judge({ scheme: "any", of }, inbound())).toBe("signature_missing");
    expect(judge({ scheme: "any", of: [] }, inbound())).toBe("signature_mismatch");
  });

  test("none takes everything and names no secret", () => {
    expect(judge({ scheme: "none" }, inbound())).toBe("ok null");
  });
});

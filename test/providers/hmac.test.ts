import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import type { VerifySettings } from "../../src/config/settings.ts";
import type { Inbound } from "../../src/providers/provider.ts";
import { equalSignatures } from "../../src/providers/schemes/compare.ts";
import { hmacSettings } from "../support/settings.ts";
import { fine, judge } from "./judge.ts";
import { AT, inbound } from "./requests.ts";

const BODY = '{"a":1}';
const hex = (secret: string, signed: string, algorithm = "sha256"): string =>
  createHmac(algorithm, secret).update(signed).digest("hex");

describe("hmac", () => {
  test("takes the right signature and tells which secret made it", () => {
    const signed = (secret: string): Inbound =>
      inbound({ headers: { "x-signature": hex(secret, BODY) }, body: BODY });
    const settings = hmacSettings({ secrets: ["old", "new"] });
    expect(judge(settings, signed("old"))).toBe(fine("old"));
    expect(judge(settings, signed("new"))).toBe(fine("new"));
    expect(judge(settings, signed("other"))).toBe("signature_mismatch");
  });

  test("uses the source's secrets where it has none of its own", () => {
    const request = inbound({ headers: { "x-signature": hex("shared", BODY) }, body: BODY });
    expect(judge(hmacSettings({ secrets: [] }), request, ["shared"])).toBe(fine("shared"));
    expect(judge(hmacSettings({ secrets: [] }), request)).toBe("signature_mismatch");
  });

  test("an empty secret verifies nothing, not even an unkeyed hash", () => {
    const unkeyed = new Bun.CryptoHasher("sha256").update(BODY).digest("hex");
    for (const signature of [unkeyed, hex("", BODY)]) {
      const request = inbound({ headers: { "x-signature": signature }, body: BODY });
      expect(judge(hmacSettings({ secrets: [""] }), request)).toBe("signature_mismatch");
    }
  });

  test.each(["sha1", "sha256", "sha384", "sha512"] as const)(
    "knows %s in every encoding",
    (algorithm) => {
      for (const encoding of ["hex", "base64", "base64url"] as const) {
        const signature = createHmac(algorithm, "k").update(BODY).digest(encoding);
        const settings = hmacSettings({ algorithm, encoding, secrets: ["k"], prefix: "v1=" });
        const request = (text: string): Inbound =>
          inbound({ headers: { "x-signature": text }, body: BODY });
        expect(judge(settings, request(`v1=${signature}`))).toBe(fine("k"));
        expect(judge(settings, request(`v1=${signature.replace(/=+$/, "")}`))).toBe(fine("k"));
        expect(judge(settings, request(signature))).toBe("signature_mismatch");
        expect(judge(settings, request(`v1=${signature.slice(0, -4)}`))).toBe("signature_mismatch");
      }
    },
  );

  test("secrets may be written in hexadecimal or base 64", () => {
    const key = Buffer.from([0, 255, 128, 7]);
    const signature = createHmac("sha256", key).update(BODY).digest("hex");
    const request = inbound({ headers: { "x-signature": signature }, body: BODY });
    for (const secretEncoding of ["hex", "base64"] as const) {
      const secret = key.toString(secretEncoding);
      expect(judge(hmacSettings({ secretEncoding, secrets: [secret] }), request)).toBe(
        fine(secret),
      );
    }
  });

  test("a base 64 signature whose spare bits were flipped is another signature", () => {
    const signature = createHmac("sha256", "k").update(BODY).digest("base64");
    const last = signature.at(-2) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const flipped = `${signature.slice(0, -2)}${alphabet[alphabet.indexOf(last) ^ 1]}=`;
    expect(Buffer.from(flipped, "base64")).toEqual(Buffer.from(signature, "base64"));
    const request = inbound({ headers: { "x-signature": flipped }, body: BODY });
    expect(judge(hmacSettings({ encoding: "base64", secrets: ["k"] }), request)).toBe(
      "signature_mismatch",
    );
  });

  test("any signature of the header may match", () => {
    const right = hex("s3cret", BODY);
    for (const list of [
      `aa,${right}`,
      `aa, ${right}`,
      `aa ${right}`,
      `${right};aa`,
      right.toUpperCase(),
    ]) {
      const request = inbound({ headers: { "x-signature": list }, body: BODY });
      expect(judge(hmacSettings(), request)).toBe(fine("s3cret"));
    }
  });

  test("a template signs headers, method, path and URL", () => {
    const signed = "{method} {path} {url} {header:X-Id}:{body}{odd}";
    const text = `POST /in/shop https://hooks.example.com/in/shop?a=b 7:${BODY}{odd}`;
    const headers = { "x-id": "7", "x-signature": hex("s3cret", text) };
    const request = inbound({ headers, body: BODY, url: "/in/shop?a=b" });
    expect(judge(hmacSettings({ signed }), request)).toBe(fine("s3cret"));
    const { "x-id": _, ...absent } = headers;
    expect(judge(hmacSettings({ signed }), inbound({ headers: absent, body: BODY }))).toBe(
      "signature_missing",
    );
  });

  test("an absent or empty header is no signature", () => {
    expect(judge(hmacSettings(), inbound({ body: BODY }))).toBe("signature_missing");
    expect(judge(hmacSettings(), inbound({ headers: { "x-signature": "" }, body: BODY }))).toBe(
      "signature_missing",
    );
  });
});

describe("a signed timestamp", () => {
  const settings = (unit: "s" | "ms" | "iso"): VerifySettings =>
    hmacSettings({
      signed: "{header:x-at}.{body}",
      timestamp: { header: "X-At", unit, toleranceS: 300 },
    });
  const signedAt = (stamp: string, at = AT): Inbound =>
    inbound({
      headers: { "x-at": stamp, "x-signature": hex("s3cret", `${stamp}.${BODY}`) },
      body: BODY,
      at,
    });

  test("is tolerated to the second, either way", () => {
    const seconds = AT / 1000;
    expect(judge(settings("s"), signedAt(`${seconds - 300}`))).toBe(fine("s3cret"));
    expect(judge(settings("s"), signedAt(`${seconds - 300}`, AT + 999))).toBe(fine("s3cret"));
    expect(judge(settings("s"), signedAt(`${seconds - 301}`))).toBe("timestamp_too_old");
    expect(judge(settings("s"), signedAt(`${seconds + 300}`))).toBe(fine("s3cret"));
    expect(judge(settings("s"), signedAt(`${seconds + 301}`))).toBe("timestamp_in_future");
  });

  test("may be in milliseconds or ISO 8601", () => {
    expect(judge(settings("ms"), signedAt(`${AT - 300_000}`))).toBe(fine("s3cret"));
    expect(judge(settings("ms"), signedAt(`${AT - 300_001}`))).toBe("timestamp_too_old");
    expect(judge(settings("iso"), signedAt(new Date(AT + 300_000).toISOString()))).toBe(
      fine("s3cret"),
    );
    expect(judge(settings("iso"), signedAt(new Date(AT + 300_001).toISOString()))).toBe(
      "timestamp_in_future",
    );
  });

  test("that cannot be read, or is absent, is refused", () => {
    for (const stamp of ["soon", "1e9", "-5", "9".repeat(40), "3x"]) {
      const request = inbound({
        headers: {
          "x-at": stamp,
          "x-signature": hex("s3cret", `${stamp}.${BODY}`),
        },
        body: BODY,
      });
      expect(judge(settings("s"), request)).toBe("signature_mismatch");
    }
    const absent = inbound({ headers: { "x-signature": hex("s3cret", `.${BODY}`) }, body: BODY });
    expect(judge(settings("s"), absent)).toBe("signature_missing");
  });

  test("is only judged once the signature is right", () => {
    const request = inbound({
      headers: { "x-at": "1", "x-signature": hex("other", `1.${BODY}`) },
      body: BODY,
    });
    expect(judge(settings("s"), request)).toBe("signature_mismatch");
  });
});

test("signatures of other lengths or characters are unequal, not an error", () => {
  expect(equalSignatures("abcd", "abcd")).toBe(true);
  expect(equalSignatures("abcd", "abce")).toBe(false);
  expect(equalSignatures("abcd", "abc")).toBe(false);
  expect(equalSignatures("abcd", "abc\u0164")).toBe(false);
});

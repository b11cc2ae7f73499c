import { describe, expect, test } from "bun:test";
import { createHmac, generateKeyPairSync, verify } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { jsonLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { Seal, WeakSecretKey } from "../../src/outbound/seal.ts";
import { KEY_FILE, openSeal } from "../../src/outbound/seal-key.ts";
import { openSecret, rotated, signatureHeaders } from "../../src/outbound/sign.ts";

const NOW = Date.UTC(2026, 0, 1);
const MIN = 60_000;
const random = seededRandom(1);

describe("signatures", () => {
  const body = Buffer.from('{"test": 2432232314}');
  const open = (text: string) => {
    const key = openSecret({ text, until: null });
    if (!key.ok) throw new Error(key.error);
    return key.value;
  };

  test("are those of the published example of Standard Webhooks' libraries", () => {
    const key = open("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const headers = signatureHeaders("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000, body, [
      key,
    ]);
    expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  test("of both kinds are what the standard library verifies", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const seed = Buffer.from(String(privateKey.export({ format: "jwk" }).d), "base64url");
    const pub = Buffer.from(String(publicKey.export({ format: "jwk" }).x), "base64url");
    const secret = Buffer.alloc(32, 7);
    const short = open(`whsk_${seed.toString("base64")}`);
    const long = open(`whsk_${Buffer.concat([seed, pub]).toString("base64")}`);
    const hmac = open(`whsec_${secret.toString("base64")}`);
    expect(short.publicKey).toBe(`whpk_${pub.toString("base64")}`);
    expect(long.publicKey).toBe(short.publicKey);
    const headers = signatureHeaders("evt_1", NOW, body, [hmac, short]);
    const signed = Buffer.concat([Buffer.from(`evt_1.${NOW / 1000}.`), body]);
    const [v1 = "", v1a = ""] = headers["webhook-signature"]?.split(" ") ?? [];
    expect(v1).toBe(`v1,${createHmac("sha256", secret).update(signed).digest("base64")}`);
    expect(verify(null, signed, publicKey, Buffer.from(v1a.slice(4), "base64"))).toBe(true);
  });

  test("end with the overlap of a replaced secret", () => {
    const [a, b] = [32, 33].map((n) => `whsec_${Buffer.alloc(n, n).toString("base64")}`);
    const secrets = rotated([{ text: a ?? "", until: null }], b ?? "", NOW, NOW + MIN);
    const keys = secrets.map((secret) => ({ ...open(secret.text), until: secret.until }));
    const count = (at: number) =>
      signatureHeaders("e", at, body, keys)["webhook-signature"]?.split(" ").length;
    expect([count(NOW), count(NOW + MIN - 1), count(NOW + MIN)]).toEqual([2, 2, 1]);
  });

  test.each([
    ["whsec_c2hvcnQ="],
    ["secret-without-prefix"],
    ["whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    ["whsec_%%%"],
    ["whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  ])("%p is no secret, and the fault does not repeat it", (text) => {
    const key = openSecret({ text, until: null });
    expect(key.ok).toBe(false);
    if (!key.ok) expect(key.error).not.toContain(text.slice(6));
  });
});

describe("the seal", () => {
  const old = "the first key of all";
  const fresh = "the second key of all";

  test("opens what it sealed, for its owner alone", () => {
    const seal = new Seal([old], random);
    const text = seal.seal("secret", "ep_1");
    expect(seal.open(text, "ep_1")).toEqual({ ok: true, value: "secret" });
    expect(seal.open(text, "ep_2").ok).toBe(false);
    expect(text).not.toContain(Buffer.from("secret").toString("base64url"));
  });

  test("opens with an older key while it is given, and names the remedy when it is not", () => {
    const text = new Seal([old], random).seal("secret", "ep_1");
    expect(new Seal([fresh, old], random).open(text, "ep_1").ok).toBe(true);
    const opened = new Seal([fresh], random).open(text, "ep_1");
    expect(!opened.ok && opened.error).toContain("LONGSTOP_SECRET_KEY");
  });

  test("opens nothing that was changed, and no rubbish", () => {
    const seal = new Seal([old], random);
    const text = seal.seal("secret", "ep_1");
    for (const at of [4, 20, text.length - 2]) {
      const changed = `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
      expect(seal.open(changed, "ep_1").ok).toBe(false);
    }
    for (const rubbish of ["", "v1", "v1..", "v2.a.b", "v1.AAAA.AAAA", "v1.a.b.c"])
      expect(seal.open(rubbish, "ep_1").ok).toBe(false);
  });

  test("has no key and says nothing of it until something is sealed, and finds that key again", () => {
    const dataDir = mkdtempSync(join(tmpdir(), "longstop-seal-"));
    const warned: string[] = [];
    const log = jsonLog(systemClock, "warn", (line) => void warned.push(line));
    const open = () => openSeal({ dataDir, secretKey: null, random, log });
    const seal = open();
    expect(seal.open("v1.AAAA.AAAA", "ep_1").ok).toBe(false);
    expect(seal.isMac("text", "code")).toBe(false);
    expect([warned.length, existsSync(join(dataDir, KEY_FILE))]).toEqual([0, false]);

    const sealed = seal.seal("secret", "ep_1");
    const code = seal.mac("text");

    expect(seal.isMac("text", code)).toBe(true);
    expect(warned.length).toBe(1);
    expect(statSync(join(dataDir, KEY_FILE)).mode & 0o777).toBe(0o600);
    expect(open().open(sealed, "ep_1")).toEqual({ ok: true, value: "secret" });
    expect(warned.length).toBe(1);
    rmSync(dataDir, { recursive: true });
  });

  test("is not made of weak keys", () => {
    expect(() => new Seal(["short"], random)).toThrow(WeakSecretKey);
    expect(() => new Seal([], random)).toThrow(WeakSecretKey);
  });
});

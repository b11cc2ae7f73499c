import { describe, expect, test } from "bun:test";
import { Receiving } from "../support/receiving.ts";
import { sourceSettings } from "../support/settings.ts";
import slack from "../vectors/slack.json" with { type: "json" };
import svix from "../vectors/svix.json" with { type: "json" };
import twilio from "../vectors/twilio.json" with { type: "json" };
import { opened, verdict } from "./opened.ts";
import { inbound } from "./requests.ts";

const VECTORS = [
  ["slack", slack],
  ["svix", svix],
  ["twilio", twilio],
] as const;

describe.each(VECTORS)("%s, as its documentation shows it", (name, vector) => {
  const provider = opened(name, { secrets: [vector.secret] });
  const request = (body: string, publicUrl = vector.url, at = vector.at) => ({
    ...inbound({ headers: { ...vector.headers }, body, at }),
    publicUrl,
  });

  test("is right", async () => {
    expect(await verdict(provider, request(vector.body))).toBe("ok");
  });

  test("is wrong with one letter changed, or another secret", async () => {
    const changed = vector.body.replace("t", "s");
    expect(await verdict(provider, request(changed))).toBe("signature_mismatch");
    const other = opened(name, { secrets: [`${vector.secret}BBBB`] });
    expect(await verdict(other, request(vector.body))).toBe("signature_mismatch");
  });
});

describe("behind a proxy", () => {
  const path = "/in/shop?foo=1";
  const fields = new URLSearchParams({ MessageSid: "SM1", MessageStatus: "sent" });
  const sent = (signedFor: string, headers: Record<string, string> = {}): Request => {
    const signed = `${signedFor}${path}MessageSidSM1MessageStatussent`;
    const signature = new Bun.CryptoHasher("sha1", "token").update(signed).digest("base64");
    const type = "application/x-www-form-urlencoded";
    return new Request(`http://10.0.0.7:8080${path}`, {
      method: "POST",
      body: fields.toString(),
      headers: {
        "content-type": type,
        host: "10.0.0.7:8080",
        "x-twilio-signature": signature,
        ...headers,
      },
    });
  };
  const source = sourceSettings({ provider: "twilio", verify: null, secrets: ["token"] });
  const answered = async (publicUrl: string | null, request: Request): Promise<number> =>
    (await new Receiving([source], { publicUrl }).receive(request)).status;

  test("the configured publicUrl is what was signed, whatever host the proxy calls", async () => {
    const url = "https://hooks.example.com";
    expect(await answered(url, sent(url))).toBe(204);
    expect(await answered(url, sent("http://10.0.0.7:8080"))).toBe(401);
    expect(await answered(`${url}:443`, sent(url))).toBe(204);
  });

  test("what a request says of its own way is not believed", async () => {
    const forwarded = {
      "x-forwarded-host": "evil.example.com",
      "x-forwarded-proto": "https",
      forwarded: "host=evil.example.com;proto=https",
    };
    const request = sent("https://evil.example.com", forwarded);
    expect(await answered(null, request.clone() as Request)).toBe(401);
    expect(await answered("https://hooks.example.com", request)).toBe(401);
    expect(await answered(null, sent("http://10.0.0.7:8080", forwarded))).toBe(204);
  });
});

import { describe, expect, test } from "bun:test";
import type { Answer, Ask, AskFault, HttpClient } from "../../../src/base/http/client.ts";
import { Tokens } from "../../../src/base/http/oauth2.ts";
import type { ClientCredentials } from "../../../src/base/http/token-request.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import { SimClock } from "../../support/sim-clock.ts";

const CREDENTIALS: ClientCredentials = {
  tokenUrl: "https://login.test/token",
  clientId: "us:er",
  clientSecret: "s3cret &",
  scope: "push",
  audience: null,
};

const answer = (status: number, body: unknown): Result<Answer, AskFault> => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return ok({ status, headers: [], body: Buffer.from(text), truncated: false });
};
const down = err({ code: "connect_failed", detail: "login.test is down." } as const);

/** A token server by the script of a test; without one it numbers its tokens, good for 100 s. */
class TokenServer implements HttpClient {
  readonly asked: Ask[] = [];
  next: ((ask: Ask) => Result<Answer, AskFault>) | null = null;

  async ask(ask: Ask): Promise<Result<Answer, AskFault>> {
    this.asked.push(ask);
    const token = { access_token: `t${this.asked.length}`, token_type: "bearer", expires_in: 100 };
    return this.next?.(ask) ?? answer(200, token);
  }
}

function world() {
  const [server, clock] = [new TokenServer(), new SimClock()];
  const tokens = new Tokens({ client: server, clock });
  const token = async (more: Partial<ClientCredentials> = {}): Promise<string> => {
    const result = await tokens.token({ ...CREDENTIALS, ...more });
    return result.ok ? result.value : result.error.code;
  };
  return { server, clock, tokens, token };
}

describe("a token", () => {
  test("is asked for once, however many need it", async () => {
    const { server, token } = world();
    expect(await Promise.all([token(), token(), token()])).toEqual(["t1", "t1", "t1"]);
    expect([await token(), server.asked.length]).toEqual(["t1", 1]);
  });

  test("is asked for as the standard wants it, without the secret in the form", async () => {
    const { server, token } = world();
    await token({ audience: "https://api.test" });
    const ask = server.asked[0];
    expect(ask).toMatchObject({ url: CREDENTIALS.tokenUrl, method: "POST", whenLonger: "fail" });
    expect(String(ask?.body)).toBe(
      "grant_type=client_credentials&scope=push&audience=https%3A%2F%2Fapi.test",
    );
    const basic = ask?.headers["authorization"]?.replace("Basic ", "") ?? "";
    expect(Buffer.from(basic, "base64").toString()).toBe("us%3Aer:s3cret+%26");
  });

  test("is renewed before it ends, and not earlier", async () => {
    const { clock, token } = world();
    expect(await token()).toBe("t1");
    await clock.advance(89_999);
    expect(await token()).toBe("t1");
    await clock.advance(1);
    expect(await token()).toBe("t2");
  });

  test("that was answered with a 401 is dropped, unless it was replaced already", async () => {
    const { server, tokens, token } = world();
    await token();
    tokens.drop(CREDENTIALS, "t1");
    expect(await token()).toBe("t2");
    tokens.drop(CREDENTIALS, "t1");
    expect([await token(), server.asked.length]).toEqual(["t2", 2]);
  });

  test("is another for another secret, scope, audience, client or server", async () => {
    const { token } = world();
    const all = [
      await token(),
      await token({ clientSecret: "guess" }),
      await token({ scope: null }),
    ];
    all.push(await token({ audience: "x" }), await token({ clientId: "y" }));
    all.push(await token({ tokenUrl: "https://other.test/" }), await token());
    expect(all).toEqual(["t1", "t2", "t3", "t4", "t5", "t6", "t1"]);
  });

  test("of the credentials used longest ago gives way when there are a thousand others", async () => {
    const { server, token } = world();
    await token();
    for (let other = 0; other < 999; other++) await token({ scope: String(other) });
    expect(await token()).toBe("t1");
    for (let other = 1_000; other < 2_000; other++) await token({ scope: String(other) });
    await token();
    expect(server.asked.length).toBe(2_001);
  });
});

describe("a token server", () => {
  test("that fails rests for five seconds, and everybody gets its fault", async () => {
    const { server, clock, token } = world();
    server.next = () => down;
    expect(await Promise.all([token(), token()])).toEqual(["connect_failed", "connect_failed"]);
    await clock.advance(4_999);
    expect([await token(), server.asked.length]).toEqual(["connect_failed", 1]);
    server.next = null;
    await clock.advance(1);
    expect(await token()).toBe("t2");
  });

  test("that fails at a renewal leaves the old token in use until its end", async () => {
    const { server, clock, token } = world();
    await token();
    server.next = () => down;
    await clock.advance(95_000);
    expect([await token(), await token(), server.asked.length]).toEqual(["t1", "t1", 2]);
    await clock.advance(5_000);
    expect(await token()).toBe("connect_failed");
  });

  test("that takes the credentials in the form alone is asked that way, the next time at once", async () => {
    const { server, clock, token } = world();
    server.next = ({ headers }) =>
      headers["authorization"] === undefined ? answer(200, { access_token: "f" }) : answer(401, {});
    expect(await token()).toBe("f");
    await clock.advance(300_000);
    expect(await token()).toBe("f");
    expect(server.asked.map(({ body }) => String(body).includes("client_secret=s3cret"))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test.each<[string, number, unknown]>([
    ["refuses", 403, {}],
    ["redirects", 302, ""],
    ["answers no JSON", 200, "<html>"],
    ["answers no object", 200, "null"],
    ["answers no token", 200, {}],
    ["answers an empty token", 200, { access_token: "" }],
    ["answers a number", 200, { access_token: 5 }],
    ["answers a token that would break a header", 200, { access_token: "a\r\nx: y" }],
    ["answers a token of another type", 200, { access_token: "a", token_type: "mac" }],
  ])("that %s gives no token, and its secret stays out of the fault", async (_, status, body) => {
    const { server, tokens } = world();
    server.next = () => answer(status, body);
    const result = await tokens.token(CREDENTIALS);
    expect(result).toMatchObject({ ok: false, error: { code: "token_refused" } });
    expect(JSON.stringify(result)).not.toContain("s3cret");
    expect(server.asked.length).toBe(1);
  });

  test.each<[unknown, number]>([
    [undefined, 270_000],
    ["60", 54_000],
    [-5, 0],
    ["soon", 0],
    [1e12, 86_340_000],
  ])("that says %p of its token's end has it renewed after %d ms", async (expires, ms) => {
    const { server, clock, token } = world();
    server.next = () => answer(200, { access_token: "a", expires_in: expires });
    await token();
    if (ms > 0) {
      await clock.advance(ms - 1);
      await token();
      expect(server.asked.length).toBe(1);
      await clock.advance(1);
    }
    await token();
    expect(server.asked.length).toBe(2);
  });
});

import { describe, expect, test } from "bun:test";
import { isNotFound, type KeyPlace, KeyService } from "../../src/providers/key-service.ts";
import { keySetOf } from "../../src/providers/public-keys.ts";
import { Sessions } from "../../src/providers/sessions.ts";
import { keyPair } from "../support/key-pairs.ts";
import { SimClock } from "../support/sim-clock.ts";
import { down, Network, type Question } from "./network.ts";

const HOUR_MS = 3_600_000;

const jwks = (...kids: string[]): Response =>
  Response.json({
    keys: kids.map((kid) => ({ ...keyPair("P-256").publicKey.export({ format: "jwk" }), kid })),
  });

const place = (given: Partial<KeyPlace> & { url?: string } = {}): KeyPlace => ({
  asked: { url: given.url ?? "https://id.test/jwks", method: "GET", headers: {}, body: null },
  name: given.url ?? "https://id.test/jwks",
  scope: "shop",
  allowed: (host) => host === "id.test",
  plain: false,
  login: null,
  isUnknown: isNotFound,
  read: (answer) => keySetOf(answer.json(), "P-256"),
  lifetimeMs: HOUR_MS,
  ...given,
});

function service(answer: (question: Question) => Response | Error | Promise<Response>) {
  const clock = new SimClock();
  const network = new Network(answer);
  const deps = { fetch: network.fetch, clock };
  const keys = new KeyService({ ...deps, sessions: new Sessions(deps) });
  const ask = async (id: string, at = place()): Promise<string> => {
    const answered = await keys.key(at, id);
    return answered.ok ? "found" : answered.error;
  };
  return { clock, network, keys, ask };
}

describe("a key that was fetched", () => {
  test("is answered from memory, at once, until its lifetime ends", async () => {
    const { ask, keys, clock, network } = service(() => jwks("a"));
    expect(await ask("a")).toBe("found");
    expect(keys.key(place(), "a")).not.toBeInstanceOf(Promise);
    await clock.advance(HOUR_MS - 1);
    expect(await ask("a")).toBe("found");
    expect(network.asked.length).toBe(1);
    await clock.advance(1);
    expect(await ask("a")).toBe("found");
    expect(network.asked.length).toBe(2);
  });

  test("is fetched once, however many ask at the same time", async () => {
    const { ask, network } = service(() => jwks("a"));
    expect(await Promise.all(Array.from({ length: 50 }, () => ask("a")))).toEqual(
      Array.from({ length: 50 }, () => "found"),
    );
    expect(network.asked.length).toBe(1);
  });

  test("stays good for a while when it cannot be renewed, and not for ever", async () => {
    const { ask, clock, network } = service(() => jwks("a"));
    await ask("a");
    network.answers(down);
    await clock.advance(HOUR_MS + 1);
    expect(await ask("a")).toBe("found");
    await clock.advance(HOUR_MS);
    expect(await ask("a")).toBe("unavailable");
  });

  test("is dropped when the provider says that there is none any more", async () => {
    const { ask, clock, network } = service(() => jwks("a"));
    await ask("a");
    network.answers(() => new Response("", { status: 404 }));
    await clock.advance(HOUR_MS);
    expect(await ask("a")).toBe("unknown");
    network.answers(down);
    await clock.advance(60_000);
    expect(await ask("a")).toBe("unavailable");
  });
});

describe("a key that is not there", () => {
  test("makes its set be fetched anew, at most every half minute", async () => {
    const { ask, clock, network } = service(() => jwks("a"));
    await ask("a");
    for (let each = 0; each < 20; each++) expect(await ask(`made-up-${each}`)).toBe("unknown");
    expect(network.asked.length).toBe(1);
    network.answers(() => jwks("a", "b"));
    await clock.advance(30_000);
    expect(await ask("b")).toBe("found");
    expect(network.asked.length).toBe(2);
  });

  test("is not asked for again within a minute", async () => {
    const { ask, clock, network } = service(() => new Response("", { status: 404 }));
    const one = place({ url: "https://id.test/keys/1" });
    expect([await ask("1", one), await ask("1", one)]).toEqual(["unknown", "unknown"]);
    expect(network.asked.length).toBe(1);
    await clock.advance(60_000);
    await ask("1", one);
    expect(network.asked.length).toBe(2);
  });

  test("cannot be made up often enough to trouble the provider", async () => {
    const { ask, clock, network } = service(() => new Response("", { status: 404 }));
    const of = (id: number) => place({ url: `https://id.test/keys/${id}` });
    const answers = new Set<string>();
    for (let id = 0; id < 500; id++) answers.add(await ask("k", of(id)));
    expect(network.asked.length).toBe(30);
    // The rest is our trouble, so that a right request is sent again.
    expect([...answers]).toEqual(["unknown", "unavailable"]);
    expect(await ask("k", { ...of(501), scope: "other" })).toBe("unknown");
    await clock.advance(60_000);
    expect(await ask("k", of(502))).toBe("unknown");
  });
});

describe("no answer", () => {
  const odd: readonly (readonly [string, () => Response | Error])[] = [
    ["no network", down],
    ["a failure", () => new Response("", { status: 500 })],
    ["a refusal", () => new Response("", { status: 403 })],
    ["too many requests", () => new Response("", { status: 429 })],
    ["no JSON", () => new Response("<html>")],
    ["other JSON", () => Response.json({ keys: 7 })],
    ["a redirect", () => Response.redirect("https://id.test/other", 302)],
    ["an endless answer", () => new Response("x".repeat(300_000))],
  ];
  test.each(odd)("%s is unavailable, and rests for a moment", async (_, answer) => {
    const { ask, clock, network } = service(answer);
    expect([await ask("a"), await ask("a")]).toEqual(["unavailable", "unavailable"]);
    expect(network.asked.length).toBe(1);
    network.answers(() => jwks("a"));
    await clock.advance(2_000);
    expect(await ask("a")).toBe("found");
    expect(network.asked.map(({ redirect }) => redirect)).toEqual(["manual", "manual"]);
  });

  test("in time is none", async () => {
    const { ask, clock } = service(() => new Promise<Response>(() => {}));
    const asked = ask("a");
    await clock.advance(4_000);
    expect(await asked).toBe("unavailable");
  });
});

test("only allowed hosts are asked, over https, without a name or password", async () => {
  const { ask, network } = service(() => jwks("a"));
  for (const url of [
    "https://evil.test/jwks",
    "https://id.test.evil.test/jwks",
    "https://id.test:8443/jwks",
    "http://id.test/jwks",
    "https://ada:pw@id.test/jwks",
    "file:///etc/passwd",
    "no address",
  ]) {
    expect(await ask("a", place({ url }))).toBe("unknown");
  }
  expect(network.asked).toEqual([]);
  expect(await ask("a", place({ url: "http://id.test/jwks", plain: true }))).toBe("found");
});

describe("a session", () => {
  const login = {
    account: "ada",
    url: "https://id.test/login",
    credentials: { clientId: "ada", clientSecret: "s" },
    lifetimeMs: HOUR_MS,
  };
  const tokens = (question: Question): Response => {
    if (question.method === "POST") return Response.json({ token: `t${++made}` });
    const known = question.headers.get("authorization") === `Bearer t${good}`;
    return known ? jwks("a") : new Response("", { status: 401 });
  };
  let [made, good] = [0, 1];

  test("is made once, used again, and made anew once when it is over", async () => {
    [made, good] = [0, 1];
    const { ask, network } = service(tokens);
    const of = (id: string) => place({ url: `https://id.test/keys/${id}`, login });
    expect(await Promise.all(["1", "2", "3"].map((id) => ask("a", of(id))))).toEqual([
      "found",
      "found",
      "found",
    ]);
    expect(made).toBe(1);
    good = 2;
    expect(await ask("a", of("4"))).toBe("found");
    expect(made).toBe(2);
    good = 99;
    expect(await ask("a", of("5"))).toBe("unavailable");
    expect(made).toBe(3);
    expect(JSON.parse(network.asked[0]?.body ?? "")).toEqual(login.credentials);
  });

  test("is renewed before it ends", async () => {
    [made, good] = [0, 1];
    const { clock, network } = service(tokens);
    const sessions = new Sessions({ fetch: network.fetch, clock });
    expect(await sessions.token(login)).toEqual({ ok: true, value: "t1" });
    await clock.advance(HOUR_MS * (11 / 12) - 1);
    expect(await sessions.token(login)).toEqual({ ok: true, value: "t1" });
    await clock.advance(1);
    expect(await sessions.token(login)).toEqual({ ok: true, value: "t2" });
  });

  test("that is refused is not asked for with every webhook", async () => {
    const { clock, network } = service(() => new Response("", { status: 401 }));
    const sessions = new Sessions({ fetch: network.fetch, clock });
    for (let each = 0; each < 5; each++) {
      expect(await sessions.token(login)).toEqual({ ok: false, error: "refused" });
    }
    expect(network.asked.length).toBe(1);
    await clock.advance(5_000);
    await sessions.token(login);
    expect(network.asked.length).toBe(2);
  });
});

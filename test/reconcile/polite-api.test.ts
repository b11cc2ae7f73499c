import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { err } from "../../src/base/result.ts";
import type { ApiAsk } from "../../src/providers/recovery.ts";
import { type Login, Sessions } from "../../src/providers/sessions.ts";
import { Account } from "../../src/reconcile/calls/account.ts";
import { PoliteApi } from "../../src/reconcile/calls/polite-api.ts";
import { retryAfterMs } from "../../src/reconcile/calls/retry-after.ts";
import { within } from "../support/reconcile-bank.ts";
import { reply, ScriptedHttp } from "../support/reconcile-world.ts";
import { SimClock } from "../support/sim-clock.ts";

const ASK: ApiAsk = {
  url: "https://api.bank.test/v1/list?secret=hush",
  method: "GET",
  headers: {},
  body: null,
};

const LOGIN: Login = {
  account: "client",
  url: "https://api.bank.test/login",
  credentials: { clientId: "client", clientSecret: "s3cret" },
  lifetimeMs: 3_600_000,
};

function world(given: { login?: Login | null; concurrency?: number; perSecond?: number } = {}) {
  const { login = null, concurrency = 4, perSecond = 1_000 } = given;
  const clock = new SimClock();
  const random = seededRandom(3);
  const http = new ScriptedHttp();
  const logins: string[] = [];
  const tokens: (number | string)[] = [];
  const sessions = new Sessions({
    clock,
    fetch: async (url) => {
      logins.push(url);
      const next = tokens.shift() ?? `token-${logins.length}`;
      if (typeof next === "number") return new Response("no", { status: next });
      return Response.json({ token: next });
    },
  });
  const account = new Account(clock, random, { concurrency, perSecond });
  const counts = { calls: 0, failed: 0 };
  const stop = new AbortController();
  const errand = { account, counts, login, trace: "swp_1", signal: stop.signal };
  const newApi = () => new PoliteApi({ clock, random, http, sessions }, errand);
  const api = newApi();
  const call = (ask = ASK) => within(clock, api.call(ask));
  return { clock, http, logins, tokens, account, counts, stop, api, newApi, call };
}

describe("a call to a provider", () => {
  test("that is answered with 2xx or 404 is an answer, and is traced", async () => {
    const { http, call, api } = world();
    http.replies.push(reply(404, {}, [["x-request-id", "req-9"]]));
    const answer = await call();
    expect(answer.ok && answer.value.status).toBe(404);
    expect(http.asked[0]?.headers["x-client-trace-id"]).toBe("swp_1");
    expect(api.last).toMatchObject({ host: "api.bank.test", requestId: "req-9" });
  });

  for (const [name, came] of [
    ["500", reply(500)],
    ["429", reply(429)],
    ["a time-out", err({ code: "timeout", detail: "api.bank.test took too long" } as const)],
    ["a broken connection", err({ code: "broken", detail: "it ended" } as const)],
  ] as const) {
    test(`that meets ${name} is tried five times and no more, with rising waits`, async () => {
      const { http, call, clock } = world();
      http.standard = came;
      const began = clock.now();
      const answer = await call();
      expect(answer.ok ? null : answer.error.code).toBe("unavailable");
      expect(http.asked).toHaveLength(5);
      expect(clock.now() - began).toBeLessThan(31_000);
    });
  }

  for (const status of [400, 403, 405, 409, 422, 302]) {
    test(`that is answered with ${status} is not tried again`, async () => {
      const { http, call } = world();
      http.standard = reply(status);
      const answer = await call();
      expect(answer.ok ? null : answer.error.code).toBe(
        status === 403 ? "unauthorised" : "refused",
      );
      expect(http.asked).toHaveLength(1);
    });
  }

  test("waits as long as Retry-After says, and so do all others of the account", async () => {
    const { http, call, clock, newApi } = world();
    http.replies.push(reply(503, {}, [["retry-after", "20"]]));
    const began = clock.now();
    const [first, other] = [call(), newApi()];
    await clock.advance(5_000);
    const second = within(clock, other.call(ASK));
    await Promise.all([first, second]);
    expect(http.asked).toHaveLength(3);
    expect(clock.now() - began).toBeGreaterThanOrEqual(20_000);
  });

  test("is not waited for by whom when Retry-After is long: it fails, and later sweeps ask again", async () => {
    const { http, call } = world();
    http.replies.push(reply(429, {}, [["retry-after", "999999999"]]));
    const answer = await call();
    expect(answer.ok ? null : answer.error).toMatchObject({ code: "unavailable" });
    expect(http.asked).toHaveLength(1);
  });

  test("names neither query nor credentials when it fails", async () => {
    const { http, call } = world({ login: LOGIN });
    http.standard = reply(500, {}, [["x-request-id", "req-7"]]);
    const answer = await call();
    const detail = answer.ok ? "" : answer.error.detail;
    expect(detail).toContain("GET api.bank.test/v1/list");
    expect(detail).toContain("req-7");
    expect(detail).not.toMatch(/hush|s3cret|token-/);
  });

  test("that is stopped ends as aborted, without another try", async () => {
    const { http, clock, api, stop } = world();
    http.standard = reply(500);
    const answer = api.call(ASK);
    await clock.settle();
    stop.abort();
    await clock.advance(0);
    expect(await answer).toMatchObject({ ok: false, error: { code: "aborted" } });
    expect(http.asked).toHaveLength(1);
  });
});

describe("a session", () => {
  test("is one for all calls, and is sent to the host that gave it alone", async () => {
    const { http, logins, clock, newApi } = world({ login: LOGIN });
    await within(clock, Promise.all([1, 2, 3].map(() => newApi().call(ASK))));
    await within(clock, newApi().call({ ...ASK, url: "https://files.elsewhere.test/1" }));
    expect(logins).toHaveLength(1);
    expect(http.asked.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer token-1",
      "Bearer token-1",
      "Bearer token-1",
      undefined,
    ]);
  });

  test("that is not taken is renewed once; not taken again, the credentials are at fault", async () => {
    const { http, logins, call } = world({ login: LOGIN });
    http.replies.push(reply(401));
    expect((await call()).ok).toBe(true);
    expect(logins).toHaveLength(2);
    http.standard = reply(401);
    const answer = await call();
    expect(answer.ok ? null : answer.error.code).toBe("unauthorised");
    expect(http.asked).toHaveLength(4);
  });

  test("that is refused makes no call", async () => {
    const { http, tokens, call } = world({ login: LOGIN });
    tokens.push(401);
    const answer = await call();
    expect(answer.ok ? null : answer.error.code).toBe("unauthorised");
    expect(http.asked).toHaveLength(0);
  });
});

describe("an account", () => {
  test("makes no more calls at a time and a second than it may", async () => {
    const { http, clock, newApi } = world({ concurrency: 2, perSecond: 5 });
    let busy = 0;
    let busyMax = 0;
    const answered: number[] = [];
    http.ask = async () => {
      busyMax = Math.max(busyMax, ++busy);
      await new Promise<void>((resolve) => clock.after(50, resolve));
      busy--;
      answered.push(clock.now());
      return reply(200);
    };
    const calls = Array.from({ length: 50 }, () => newApi().call(ASK));
    await within(clock, Promise.all(calls));
    expect(busyMax).toBe(2);
    for (const at of answered) {
      const inSecond = answered.filter((other) => other >= at && other < at + 1_000);
      expect(inSecond.length).toBeLessThanOrEqual(10);
    }
    expect((answered.at(-1) ?? 0) - (answered[0] ?? 0)).toBeGreaterThan(8_500);
  });

  test("that only fails is left alone, tried by one call after a rest, and closed by its success", async () => {
    const { http, clock, call, newApi } = world();
    http.standard = reply(500);
    await call();
    await call();
    expect(http.asked).toHaveLength(10);
    expect(await call()).toMatchObject({ ok: false, error: { code: "unavailable" } });
    expect(http.asked).toHaveLength(10);
    await clock.advance(30_000);
    http.standard = reply(200);
    const both = [newApi(), newApi()].map((api) => api.call(ASK));
    const [first, second] = await within(clock, Promise.all(both));
    expect([first?.ok, second?.ok]).toEqual([true, false]);
    expect((await call()).ok).toBe(true);
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 0, 1);
  for (const [text, ms] of [
    ["120", 120_000],
    ["0", 0],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
    ["Thu, 01 Jan 2020 00:00:00 GMT", 0],
    ["999999999", 3_600_000],
    ["-5", 0],
    ["soon", null],
    ["", null],
    [null, null],
  ] as const) {
    test(`of ${JSON.stringify(text)} means ${ms} ms`, () => {
      expect(retryAfterMs(text, now)).toBe(ms);
    });
  }
});

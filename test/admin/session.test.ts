import { describe, expect, test } from "bun:test";
import { AGE_MS_MAX, IDLE_MS_MAX, SESSIONS_MAX, Sessions } from "../../src/admin/auth/sessions.ts";
import { FAILURES_BURST } from "../../src/admin/auth/slowdown.ts";
import { seededRandom } from "../../src/base/random.ts";
import { adminDesk, type Desk, FIXED_KEY, problemOf } from "../support/admin.ts";
import { SimClock } from "../support/sim-clock.ts";

/** A browser: it keeps the cookie that it is given, and may repeat the token that the page knows. */
async function browser(desk: Desk, key: string = FIXED_KEY, headers: Record<string, string> = {}) {
  const bearer = { authorization: `Bearer ${key}`, ...headers };
  const opened = await desk.send("/v1/session", { method: "POST", headers: bearer });
  const setCookie = opened.headers.get("set-cookie") ?? "";
  const { csrf } = (await opened.json()) as { csrf: string };
  const cookie = setCookie.split(";", 1)[0] ?? "";
  const ask = (path: string, method = "GET", token: string | null = null): Promise<Response> =>
    desk.send(path, {
      method,
      headers: { cookie, ...(token === null ? {} : { "x-csrf-token": token }) },
    });
  return { ask, csrf, setCookie, status: opened.status };
}

const PAUSE = "/v1/connections/bank/c1/pause";

describe("a browser that logs in", () => {
  test("is known by a cookie that no script reads and no other site sends", async () => {
    const { ask, setCookie } = await browser(await adminDesk());
    expect(setCookie).toMatch(
      /^longstop_8081=\w{37}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await ask("/v1/events")).status).toBe(200);
    expect(await (await ask("/v1/session")).json()).toMatchObject({
      by: "key_environment",
      scopes: ["admin"],
    });
  });

  test("over https, also to a proxy, its cookie stays on https", async () => {
    const { setCookie } = await browser(await adminDesk(), FIXED_KEY, {
      "x-forwarded-proto": "https",
    });
    expect(setCookie).toEndWith("; Secure");
  });

  test("changes something only with the token that the page alone knows", async () => {
    const desk = await adminDesk();
    const { ask, csrf } = await browser(desk);
    for (const token of [null, "", "wrong", `${csrf}x`, csrf.slice(1)]) {
      const answer = await ask(PAUSE, "POST", token);
      expect(answer.status).toBe(403);
      expect((await problemOf(answer)).code).toBe("forbidden");
    }
    expect(desk.operations.calls).toEqual([]);
    expect((await ask(PAUSE, "POST", csrf)).status).toBe(200);
  });

  test("one session's token is of no use to another", async () => {
    const desk = await adminDesk();
    const [one, other] = [await browser(desk), await browser(desk)];
    expect((await one.ask(PAUSE, "POST", other.csrf)).status).toBe(403);
  });

  test("may do no more than its key, and nothing once its key is revoked", async () => {
    const desk = await adminDesk();
    const made = await desk.keys.create("reader", ["read"], "test");
    if (!made.ok) throw new Error(made.error);
    const { ask, csrf } = await browser(desk, made.value.secret);
    expect((await ask("/v1/events")).status).toBe(200);
    expect((await ask(PAUSE, "POST", csrf)).status).toBe(403);

    await desk.keys.revoke(made.value.key.id, "test");
    const answer = await ask("/v1/events");
    expect(answer.status).toBe(401);
    expect((await problemOf(answer)).detail).toContain("log in again");
  });

  test("with a wrong key gets no cookie, and is slowed after many", async () => {
    const desk = await adminDesk();
    const tryKey = (key: string): Promise<Response> =>
      desk.send("/v1/session", { method: "POST", headers: { authorization: `Bearer ${key}` } });
    for (let slip = 0; slip < FAILURES_BURST; slip++) {
      const answer = await tryKey("lsk_no");
      expect([answer.status, answer.headers.get("set-cookie")]).toEqual([401, null]);
    }
    expect((await tryKey("lsk_no")).status).toBe(429);
  });

  test("is out after logging out, and its cookie is taken back", async () => {
    const { ask, csrf } = await browser(await adminDesk());
    expect((await ask("/v1/session", "DELETE")).status).toBe(403);
    const out = await ask("/v1/session", "DELETE", csrf);
    expect([out.status, out.headers.get("set-cookie")]).toEqual([
      204,
      "longstop_8081=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict",
    ]);
    expect((await ask("/v1/events")).status).toBe(401);
  });

  test("a cookie that nobody gave opens nothing", async () => {
    const desk = await adminDesk();
    for (const cookie of ["longstop_8081=forged", "longstop_8081=", "longstop_9=x; other=y"]) {
      expect((await desk.send("/v1/events", { headers: { cookie } })).status).toBe(401);
    }
  });
});

describe("sessions", () => {
  test("end when they are idle for long, and at a great age however much they are used", async () => {
    const clock = new SimClock();
    const sessions = new Sessions(clock, seededRandom(1));
    const idle = sessions.open("key_a").token;
    await clock.advance(IDLE_MS_MAX + 1);
    expect(sessions.find(idle)).toBeNull();

    const used = sessions.open("key_a").token;
    for (let at = 0; at + IDLE_MS_MAX <= AGE_MS_MAX; at += IDLE_MS_MAX) {
      expect(sessions.find(used)).toMatchObject({ by: "key_a" });
      await clock.advance(IDLE_MS_MAX);
    }
    await clock.advance(1);
    expect(sessions.find(used)).toBeNull();
  });

  test("are bounded: the one that was not used for longest makes room", () => {
    const sessions = new Sessions(new SimClock(), seededRandom(1));
    const [kept, dropped] = [sessions.open("key_a").token, sessions.open("key_a").token];
    sessions.find(kept);
    for (let more = 0; more < SESSIONS_MAX - 1; more++) sessions.open(`key_${more}`);
    expect(sessions.find(kept)).not.toBeNull();
    expect(sessions.find(dropped)).toBeNull();
  });

  test("of one key end none of another's, however many it opens", () => {
    const sessions = new Sessions(new SimClock(), seededRandom(1));
    const other = sessions.open("key_a").token;
    const first = sessions.open("key_b").token;
    for (let more = 0; more < 2 * SESSIONS_MAX; more++) sessions.open("key_b");
    expect(sessions.find(other)).not.toBeNull();
    expect(sessions.find(first)).toBeNull();
  });
});

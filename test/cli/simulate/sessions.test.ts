import { expect, test } from "bun:test";
import { seededRandom } from "../../../src/base/random.ts";
import { FinlinkSessions, SESSION_MS } from "../../../src/cli/simulate/sessions.ts";

const PAIR = { clientId: "id", clientSecret: "secret" };
const sessions = (): FinlinkSessions => new FinlinkSessions(PAIR, seededRandom(1));
const login = (own: FinlinkSessions, now = 0, scopes: readonly string[] = []): string =>
  own.login("id", "secret", scopes, now) ?? "";

test("a login ends the session before it, and its next call counts as a second holder's", () => {
  const own = sessions();
  const first = login(own);
  const second = login(own, 1_000);
  expect(own.check(second, "read", 2_000)).toBe(200);
  expect(own.counts).toMatchObject({ superseded: 1, violations: 0 });
  expect(own.check(first, "read", 2_000)).toBe(401);
  expect(own.counts.violations).toBe(1);
});

test("a session ends after an hour; to log in again then is nobody's fault", () => {
  const own = sessions();
  const first = login(own);
  expect(own.check(first, "read", SESSION_MS - 1)).toBe(200);
  expect(own.check(first, "read", SESSION_MS)).toBe(401);
  login(own, SESSION_MS);
  expect(own.check(first, "read", SESSION_MS)).toBe(401);
  expect(own.counts).toMatchObject({ logins: 2, superseded: 0, violations: 0 });
});

test("a session that the provider ended early is no violation either", () => {
  const own = sessions();
  const first = login(own);
  own.end();
  login(own, 1);
  expect(own.check(first, "read", 2)).toBe(401);
  expect(own.counts).toMatchObject({ expired: 1, superseded: 0, violations: 0 });
});

test("scopes bound what a session may do; without any it may do everything", () => {
  const own = sessions();
  const reader = login(own, 0, ["read"]);
  expect([own.check(reader, "read", 0), own.check(reader, "delete", 0)]).toEqual([200, 403]);
  expect(own.check(reader, null, 0)).toBe(200);
  const all = login(own);
  expect([own.check(all, "write", 0), own.check(all, "delete", 0)]).toEqual([200, 200]);
});

test("a wrong secret gets no session and ends none", () => {
  const own = sessions();
  const token = login(own);
  expect(own.login("id", "wrong", [], 0)).toBeNull();
  expect(own.check(token, "read", 0)).toBe(200);
  expect(own.check("made-up", "read", 0)).toBe(401);
  expect(own.counts).toMatchObject({ refused: 1, violations: 0 });
});
